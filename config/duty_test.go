package config

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
)

const tree = "[[area]]\nname=\"甲社区\"\nkind=\"community\"\n[[area]]\nname=\"甲网格\"\nkind=\"grid\"\nparent=\"甲社区\"\n"

func TestTermsProposalsPicturesAndTheWhistleAreRead(t *testing.T) {
	c, _, err := site(t, tree+`
[whistle]
report_in = "4h service"
[resolve_photo]
pending = true
[[person]]
name = "李敏"
role = "grid_worker"
area = "甲网格"
until = "2026-12-31"
[[assign]]
topic = "elevator"
role = "property"
[[assign]]
area = "甲网格"
category = "pending"
name = "市政"
`)
	if err != nil {
		t.Fatal(err)
	}
	if c.Whistle.ReportIn != grid.ServiceSpan(4*time.Hour) || !c.ResolvePhoto.Pending || c.ResolvePhoto.Immediate {
		t.Errorf("%+v %+v", c.Whistle, c.ResolvePhoto)
	}
	want := []Assign{{Topic: "elevator", Role: grid.Property}, {Area: "甲网格", Category: grid.Pending, Name: "市政"}}
	if len(c.Assign) != 2 || c.Assign[0] != want[0] || c.Assign[1] != want[1] {
		t.Errorf("%+v", c.Assign)
	}
	if end := c.People[0].Until.End(c.Timezone); !end.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, c.Timezone)) {
		t.Errorf("the term ends %s, not with its last day", end)
	}
	if end := (Day{}).End(c.Timezone); !end.IsZero() {
		t.Errorf("no term ends %s", end)
	}
}

func TestImpossibleTermsAndProposalsAreFound(t *testing.T) {
	for name, c := range map[string]struct{ text, key, right string }{
		"a term that is no day":      {"[[person]]\nname=\"李\"\nrole=\"unit\"\narea=\"甲社区\"\nuntil=\"31.12.2026\"", "person[1].until", "2027-06-30"},
		"a proposal for nobody":      {"[[assign]]\ntopic=\"elevator\"", "assign[1].role", "a role or a name"},
		"a proposal for two":         {"[[assign]]\nrole=\"unit\"\nname=\"市政\"", "assign[1].role", "not both"},
		"an unknown topic":           {"[[assign]]\ntopic=\"lift\"\nrole=\"unit\"", "assign[1].topic", "elevator"},
		"an unknown class":           {"[[assign]]\ncategory=\"soon\"\nrole=\"unit\"", "assign[1].category", "pending"},
		"an unknown role":            {"[[assign]]\nrole=\"boss\"", "assign[1].role", "property"},
		"an area that is not there":  {"[[assign]]\narea=\"乙\"\nrole=\"unit\"", "assign[1].area", "甲网格"},
		"a clock of the wrong shape": {"[whistle]\nreport_in=\"soon\"", "whistle.report_in", "2h service"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := site(t, tree+c.text)
			if err == nil || !strings.Contains(err.Error(), c.key) || !strings.Contains(err.Error(), c.right) {
				t.Errorf("%s is not found with %q: %v", c.key, c.right, err)
			}
		})
	}
}
