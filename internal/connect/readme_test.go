package connect

import (
	"os"
	"strings"
	"testing"
)

// TestTheReadmeHasTheSameBlock: who copies from there gets what Connect prints.
func TestTheReadmeHasTheSameBlock(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, snippet := range Recipe(Nginx, Setup{Intake: "127.0.0.1:8081"})[:2] {
		text := strings.TrimSpace(snippet.Code)
		found := false
		for _, indent := range []string{"    ", "       "} {
			found = found || strings.Contains(string(readme), indent+strings.ReplaceAll(text, "\n", "\n"+indent))
		}
		if !found {
			t.Errorf("the README lacks what Connect prints:\n%s", text)
		}
	}
}
