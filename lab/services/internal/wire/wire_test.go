package wire

import "testing"

func TestAnnouncements(t *testing.T) {
	s := Subjects{Announce: "aetherius.events.{cluster_id}.{severity}"}
	if got := s.Announced("c1", "high"); got != "aetherius.events.c1.high" {
		t.Error(got)
	}
	if got := s.EveryAnnouncement(); got != "aetherius.events.>" {
		t.Error(got)
	}
}
