package profile

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPathsOfABuild(t *testing.T) {
	p := Profile{Paths: map[string]string{"/health/ready": "/fit", "/health": "/pulse", "/api/v1/agents": "/rest/nodes"}}
	for guides, want := range map[string]string{"/health": "/pulse", "/health/ready": "/fit", "/health/live": "/pulse/live", "/metrics": "/metrics", "/api/v1/agents/a": "/rest/nodes/a"} {
		if got := p.Path(guides); got != want {
			t.Errorf("%s is %s, not %s", guides, got, want)
		}
	}
	handler := p.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }))
	for path, want := range map[string]string{"/pulse": "/health", "/fit": "/health/ready", "/rest/nodes": "/api/v1/agents", "/metrics": "/metrics", "/health": "", "/api/v1/agents": ""} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		if want == "" && answer.Code != 404 || want != "" && answer.Body.String() != want {
			t.Errorf("%s answers %d %s", path, answer.Code, answer.Body.String())
		}
	}
}

func TestNamesOnConnections(t *testing.T) {
	none, own := "", "falcon"
	for want, p := range map[string]Profile{"agent-manager-events": {}, "": {Connection: &none}, "falcon-events": {Connection: &own}} {
		if got := p.Named("agent-manager", "-events"); got != want {
			t.Errorf("%q is not %q", got, want)
		}
	}
}
