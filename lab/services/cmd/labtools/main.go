// Command labtools has the few tools that a static busybox cannot do well: it is called by the name
// of a link to it. wget and nslookup resolve names by Go's resolver; as runs a program as a user;
// serve is a small HTTP server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if name == "labtools" && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	tools := map[string]func([]string) error{"wget": wget, "nslookup": nslookup, "as": as, "serve": serve}
	tool, ok := tools[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "labtools: wget, nslookup, as or serve")
		os.Exit(2)
	}
	if err := tool(args); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// wget [-q] [-O file] [-T seconds] [--post-data text] [--header 'K: V'] URL
func wget(args []string) error {
	out, timeout, url, post := "-", 10*time.Second, "", ""
	header := http.Header{}
	for i := 0; i < len(args); i++ {
		value := func() string {
			if _, after, ok := strings.Cut(args[i], "="); ok && strings.HasPrefix(args[i], "--") {
				return after
			}
			i++
			if i < len(args) {
				return args[i]
			}
			return ""
		}
		switch arg := args[i]; {
		case arg == "-O-" || arg == "-qO-":
		case arg == "-O" || arg == "-qO":
			out = value()
		case arg == "-T" || strings.HasPrefix(arg, "--timeout"):
			seconds, err := strconv.Atoi(value())
			if err != nil {
				return err
			}
			timeout = time.Duration(seconds) * time.Second
		case strings.HasPrefix(arg, "--post-data"):
			post = value()
		case strings.HasPrefix(arg, "--header"):
			key, text, _ := strings.Cut(value(), ":")
			header.Set(key, strings.TrimSpace(text))
		case strings.HasPrefix(arg, "-"):
		default:
			url = arg
		}
	}
	if url == "" {
		return errors.New("no URL")
	}
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	method, body := http.MethodGet, io.Reader(nil)
	if post != "" {
		method, body = http.MethodPost, strings.NewReader(post)
	}
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		return err
	}
	request.Header = header
	response, err := (&http.Client{Timeout: timeout}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		return fmt.Errorf("server returned error: HTTP/1.1 %s", response.Status)
	}
	target := os.Stdout
	if out != "-" {
		if target, err = os.Create(out); err != nil {
			return err
		}
		defer target.Close()
	}
	_, err = io.Copy(target, response.Body)
	return err
}

func nslookup(args []string) error {
	if len(args) < 1 {
		return errors.New("no name")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	addresses, err := (&net.Resolver{PreferGo: true}).LookupHost(ctx, args[0])
	if err != nil {
		return err
	}
	for _, address := range addresses {
		fmt.Printf("Name:\t%s\nAddress: %s\n", args[0], address)
	}
	return nil
}

// as UID[:GID] program [argument...]
func as(args []string) error {
	if len(args) < 2 {
		return errors.New("as UID[:GID] program [argument...]")
	}
	user, group, ok := strings.Cut(args[0], ":")
	if !ok {
		group = user
	}
	uid, err := strconv.Atoi(user)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(group)
	if err != nil {
		return err
	}
	if os.Getuid() != uid {
		if err := errors.Join(syscall.Setgroups([]int{gid}), syscall.Setgid(gid), syscall.Setuid(uid)); err != nil {
			return err
		}
	}
	return syscall.Exec(args[1], args[1:], os.Environ())
}

// serve PORT
func serve(args []string) error {
	if len(args) != 1 {
		return errors.New("serve PORT")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "# nothing to see here") })
	return http.ListenAndServe(net.JoinHostPort("", args[0]), mux)
}
