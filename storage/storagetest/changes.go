package storagetest

import (
	"errors"

	"youshi/grid"
	"youshi/storage"
)

func destinations(ds []storage.Destination) (out []grid.ChatID) {
	for _, d := range ds {
		out = append(out, d.To)
	}
	return out
}

// changes gives the change number of each destination.
func (d desk) changes() map[grid.ChatID]grid.Seq {
	d.t.Helper()
	out := map[grid.ChatID]grid.Seq{}
	d.see(func(tx storage.Tx) error {
		ds, err := tx.Outbox().Destinations()
		for _, at := range ds {
			out[at.To] = at.Change
		}
		return err
	})
	return out
}

var outboxChanges = map[string]func(desk){
	"whatever is written to a destination changes its number and no other's": func(d desk) {
		first, second := d.write(post("group:1", grid.ClassFirst)), d.write(post("group:1", grid.ClassNotice))
		d.write(post("group:11", grid.ClassFirst))
		was := d.changes()
		other := was["group:11"]
		seen := map[grid.Seq]bool{was["group:1"]: true}
		for _, step := range []struct {
			what string
			do   func()
		}{
			{"a new post", func() { d.write(post("group:1", grid.ClassNotice)) }},
			{"an attempt", func() { first.State = grid.Trying; first = d.set(first) }},
			{"saying", func() { first = d.say(first) }},
			{"rewriting what was said", func() { first.Text = "改"; first = d.set(first) }},
			{"dropping", func() { second.State = grid.Dropped; second = d.set(second) }},
			{"a post that goes elsewhere", func() { second.State, second.To = grid.Waiting, "group:2"; second = d.set(second) }},
			{"a post that comes from elsewhere", func() { second.To = "group:1"; second = d.set(second) }},
			{"binding the chat", func() {
				d.do(func(tx storage.Tx) error {
					return tx.Roster().PutChat(grid.Chat{ID: "group:1", Channel: "webchat", Native: "1"})
				})
			}},
		} {
			step.do()
			now := d.changes()
			if seen[now["group:1"]] {
				d.t.Errorf("%s left the number as it was, or gave an earlier one", step.what)
			}
			seen[now["group:1"]] = true
			d.same("the other's number after "+step.what, now["group:11"], other)
		}
	},
	"a destination that was empty in between has another number": func(d desk) {
		a := d.write(post("group:1", grid.ClassFirst))
		was := d.changes()["group:1"]
		d.say(a)
		d.same("destinations", len(d.changes()), 0)
		d.write(post("group:1", grid.ClassFirst))
		if now := d.changes()["group:1"]; now == was {
			d.t.Errorf("the number is %d again", now)
		}
	},
	"what is undone changes no number": func(d desk) {
		d.write(post("group:1", grid.ClassFirst))
		was := d.changes()
		d.refused("an update that fails", func(tx storage.Tx) error {
			_, err := tx.Outbox().Put(post("group:1", grid.ClassFirst))
			return errors.Join(err, errTest)
		})
		d.same("numbers", d.changes(), was)
	},
}
