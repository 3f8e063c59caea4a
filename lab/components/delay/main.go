// Holds back every packet of a netfilter queue for a while: real network latency
// on kernels that are built without netem.
//
//	delay QUEUE MILLISECONDS      until it is killed
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/florianl/go-nfqueue"
)

func main() {
	if len(os.Args) != 3 {
		fail("usage: delay QUEUE MILLISECONDS")
	}
	queue, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err != nil {
		fail(err)
	}
	wait, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fail(err)
	}
	nf, err := nfqueue.Open(&nfqueue.Config{
		NfQueue:      uint16(queue),
		MaxPacketLen: 64,
		MaxQueueLen:  65535,
		Copymode:     nfqueue.NfQnlCopyMeta,
	})
	if err != nil {
		fail(err)
	}
	defer nf.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err = nf.RegisterWithErrorFunc(ctx, func(a nfqueue.Attribute) int {
		id := *a.PacketID
		time.AfterFunc(time.Duration(wait)*time.Millisecond, func() { nf.SetVerdict(id, nfqueue.NfAccept) })
		return 0
	}, func(error) int { return 0 })
	if err != nil {
		fail(err)
	}
	fmt.Println("delaying")
	<-ctx.Done()
}

func fail(v any) {
	fmt.Fprintln(os.Stderr, v)
	os.Exit(1)
}
