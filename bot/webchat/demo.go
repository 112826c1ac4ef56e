package webchat

import (
	"net/http"
	"time"

	"youshi/grid"
)

// people answers GET /api/people: everybody in demo, oneself in serve.
func (c *Chat) people(_ http.ResponseWriter, r *http.Request) (any, error) {
	who, all, err := c.Who(r)
	if err != nil {
		return nil, err
	}
	known, err := c.opt.Book.People(r.Context())
	if err != nil {
		return nil, err
	}
	out := []Person{}
	for _, p := range known {
		if all || p.Name == who {
			out = append(out, p)
		}
	}
	return map[string][]Person{"people": out}, nil
}

// appoint answers POST /api/people {"name","role","group"}, in demo only.
func (c *Chat) appoint(w http.ResponseWriter, r *http.Request) (any, error) {
	if !c.opt.Demo {
		return nil, refuse(http.StatusForbidden, "只有演示时才能这样添加人员。")
	}
	var in Person
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	var err error
	if in.Name, err = personName(in.Name); err != nil {
		return nil, err
	}
	if in.Role == "" {
		in.Role = grid.Resident
	}
	if !in.Role.Valid() {
		return nil, refuse(http.StatusBadRequest, "没有“%s”这个角色（role）。", in.Role)
	}
	if in.Group != "" || in.Role != grid.Resident {
		if in.Group, err = chatName(in.Group); err != nil {
			return nil, err
		}
	}
	if err := c.opt.Book.Appoint(r.Context(), in); err != nil {
		return nil, err
	}
	c.Changed()
	return in, nil
}

// clock answers GET /api/clock, in demo only.
func (c *Chat) clock(http.ResponseWriter, *http.Request) (any, error) {
	if c.opt.Clock == nil {
		return nil, refuse(http.StatusForbidden, "只有演示时才有可以拨动的时钟。")
	}
	return map[string]time.Time{"now": c.opt.Now()}, nil
}

// push answers POST /api/clock {"advance":"26h"} or {"to": TIME} when lanes and
// outbox are idle again.
func (c *Chat) push(w http.ResponseWriter, r *http.Request) (any, error) {
	if c.opt.Clock == nil {
		return nil, refuse(http.StatusForbidden, "只有演示时才有可以拨动的时钟。")
	}
	var in struct {
		Advance string
		To      *time.Time
	}
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	var to func(time.Time) time.Time
	switch {
	case (in.Advance == "") == (in.To == nil):
		return nil, refuse(http.StatusBadRequest, `请写 {"advance":"26h"} 或 {"to":"2026-11-10T08:30:00+08:00"} 之一。`)
	case in.To != nil:
		to = func(time.Time) time.Time { return *in.To }
	default:
		d, err := time.ParseDuration(in.Advance)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "advance 应当是一段时间，例如 26h 或 10m。")
		}
		to = func(now time.Time) time.Time { return now.Add(d) }
	}
	if now := c.opt.Now(); to(now).Before(now) {
		return nil, refuse(http.StatusBadRequest, "时间只能往前走：现在是 %s。", now.Format("2006-01-02 15:04:05"))
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a long push fires many timers
	at, err := c.opt.Clock.Push(r.Context(), to)
	if err != nil {
		return nil, err
	}
	c.Changed()
	return map[string]time.Time{"now": at}, nil
}
