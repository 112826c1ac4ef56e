package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/grid"
)

// smallSite is the path of a config with one community and one grid.
func smallSite(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.toml")
	text := "data = \"data\"\n[[area]]\nname = \"东社区\"\nkind = \"community\"\n[[area]]\nname = \"1网格\"\nkind = \"grid\"\nparent = \"东社区\"\n" +
		"[[person]]\nname = \"王网格\"\nrole = \"grid_worker\"\narea = \"1网格\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInvitePrintsTheCodeAloneBeforeTheProgramEverRan(t *testing.T) {
	site := smallSite(t)
	for name, args := range map[string][]string{
		"a role":               {"roles", "invite", "grid_worker", "--area", "1网格", "--config", site},
		"somebody of a config": {"roles", "invite", "grid_worker", "--area", "1网格", "--person", "王网格", "--config", site},
		"a group":              {"groups", "invite", "--area", "1网格", "--config", site},
		"a staff chat":         {"groups", "invite", "--area", "1网格", "--staff", "--config", site},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := typed(t, args...)
			if code != done || !grid.IsCode(strings.TrimSuffix(out, "\n")) || strings.Count(out, "\n") != 1 || !strings.Contains(errs, "绑定 "+strings.TrimSpace(out)) {
				t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
			}
		})
	}
	code, out, _ := typed(t, "roles", "list", "--json", "--config", site)
	var list struct {
		Roles []struct {
			Person, Role string
			Channels     []string
		}
		Invitations []struct{ Role, Area, Person, Chat string }
	}
	if err := json.Unmarshal([]byte(out), &list); code != done || err != nil || len(list.Roles) != 1 || list.Roles[0].Person != "王网格" || len(list.Roles[0].Channels) != 0 || len(list.Invitations) != 4 {
		t.Errorf("exit %d, %v\n%s", code, err, out)
	}
	if code, out, errs := typed(t, "roles", "revoke", "王网格", "--config", site); code != done || !strings.Contains(out, "take the [[person]] out of the config") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	if _, out, _ := typed(t, "roles", "list", "--config", site); strings.Contains(out, "until further") || !strings.Contains(out, "no account yet") {
		t.Errorf("the list reads\n%s", out)
	}
}

func TestWrongInvitationsExitWith2OrSayWhatIsMissing(t *testing.T) {
	site := smallSite(t)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such role":    {[]string{"roles", "invite", "king", "--area", "1网格"}, misuse, "building_head"},
		"no role":         {[]string{"roles", "invite", "--area", "1网格"}, misuse, ""},
		"no area":         {[]string{"roles", "invite", "grid_worker"}, misuse, "--area"},
		"no such area":    {[]string{"roles", "invite", "grid_worker", "--area", "9网格"}, failed, "9网格"},
		"nobody":          {[]string{"roles", "revoke", "谁"}, failed, "谁"},
		"roles alone":     {[]string{"roles"}, misuse, ""},
		"groups dancing":  {[]string{"groups", "dance"}, misuse, ""},
		"a group nowhere": {[]string{"groups", "invite"}, misuse, "--area"},
	} {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if len(args) > 1 && c.says != "" {
				args = append(args, "--config", site)
			}
			code, out, errs := typed(t, args...)
			if code != c.code || out != "" || !strings.Contains(errs, c.says) {
				t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
			}
		})
	}
}
