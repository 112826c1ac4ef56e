package reports

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Export says what of a community is written out.
type Export struct {
	Areas []grid.AreaID // with all below each; none: the whole community
	Since time.Time     // matters heard from then on, zero: from the first
	Until time.Time     // and before then, zero: to the last
	Whole bool          // messages, people and areas as well, for the operator
	Zone  *time.Location
}

// Table is one table of an export, written as .csv and as .jsonl.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]any
}

// Tables gives the tables of an export. Of a private matter there are its number,
// class, steps and times, and neither a name nor a word; nothing that was taken back
// is in them.
func (x Export) Tables(tx storage.Tx) ([]Table, error) {
	below, err := expand(tx, x.Areas)
	if err != nil {
		return nil, err
	}
	e := exporter{Export: x, reader: reader{tx: tx}, below: below, private: map[grid.TicketNo]bool{}}
	out := []Table{e.tickets(), e.journal()}
	if x.Whole {
		out = append(out, e.messages(), e.people(), e.areas())
	}
	if e.err != nil {
		return nil, fmt.Errorf("exporting: %w", e.err)
	}
	return out, nil
}

// exporter reads the tables and keeps the first error.
type exporter struct {
	Export
	reader
	below   []grid.AreaID
	numbers []grid.TicketNo
	private map[grid.TicketNo]bool
}

// time writes a moment, nothing for none.
func (e *exporter) time(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(e.Zone).Format(time.RFC3339)
}

func (e *exporter) tickets() Table {
	t := Table{Name: "tickets", Columns: []string{"number", "area", "kind", "source", "private", "category", "urgency", "topic", "location", "summary",
		"status", "level", "round", "priority", "reason", "reporter", "supporters", "assignee", "heard", "opened", "confirmed", "assigned", "resolved",
		"closed", "solved_at", "due", "satisfied", "partly", "unsatisfied", "merged_into", "published"}}
	until := e.Until
	if until.IsZero() {
		until = far
	}
	since := e.Since
	if since.IsZero() {
		since = epoch
	}
	var all []grid.Ticket
	for tk, err := range e.tx.Tickets().Heard(e.below, since, until) {
		if e.keep(err); err != nil {
			return t
		}
		all = append(all, tk)
	}
	slices.SortFunc(all, func(a, b grid.Ticket) int { return int(a.No - b.No) })
	for _, tk := range all {
		e.numbers = append(e.numbers, tk.No)
		e.private[tk.No] = tk.Private
		location, summary, reason, reporter := e.words(tk.Location), e.words(tk.Summary), e.reason(tk), e.name(tk.Reporter)
		if tk.Private {
			location, summary, reason, reporter = "", "", string(tk.Reason), ""
		}
		var due any
		if d := deadline(tk); d != nil {
			due = e.time(d.Due)
		}
		var poll grid.Poll
		if tk.Poll != nil {
			poll = *tk.Poll
		}
		var into any
		if tk.Into != 0 {
			into = int(tk.Into)
		}
		t.Rows = append(t.Rows, []any{int(tk.No), string(tk.Area), string(tk.Kind), string(tk.Source), tk.Private, string(tk.Category), string(tk.Urgency),
			string(tk.Topic), location, summary, string(tk.Status), string(tk.Level), tk.Round, tk.Priority, reason, reporter, len(tk.Supporters),
			e.name(tk.Assignee), e.time(tk.Heard), e.time(tk.Opened), e.time(tk.Confirmed), e.time(tk.Assigned), e.time(tk.Resolved), e.time(tk.Closed),
			string(tk.SolvedAt), due, poll.Count(grid.Satisfied), poll.Count(grid.Partly), poll.Count(grid.Unsatisfied), into, tk.Published()})
	}
	return t
}

func (e *exporter) journal() Table {
	t := Table{Name: "journal", Columns: []string{"ticket", "step", "at", "who", "role", "want", "from", "to", "reason", "why"}}
	for _, no := range e.numbers {
		entries, err := e.tx.Journal().Of(no)
		e.keep(err)
		for _, x := range entries {
			who, why := e.name(x.By.Person), e.words(x.Why)
			if e.private[no] {
				why = ""
				if !x.By.Role.Staff() {
					who = ""
				}
			}
			t.Rows = append(t.Rows, []any{int(no), x.Seq, e.time(x.At), who, string(x.By.Role), string(x.Want), string(x.From), string(x.To), string(x.Reason), why})
		}
	}
	return t
}

func (e *exporter) messages() Table {
	t := Table{Name: "messages", Columns: []string{"id", "chat", "at", "from", "kind", "text", "outcome", "ticket"}}
	for m, err := range e.tx.Messages().Between(epoch, far) {
		if e.keep(err); err != nil {
			break
		}
		from, text := e.name(m.From), e.shown(m)
		if e.secret(m) {
			from, text = "", ""
		}
		var no any
		if m.Ticket != 0 {
			no = int(m.Ticket)
		}
		t.Rows = append(t.Rows, []any{string(m.ID), string(m.Chat), e.time(m.Sent), from, string(m.Kind), text, string(m.Outcome), no})
	}
	return t
}

// secret reports whether a message tells of what is not said aloud.
func (e *exporter) secret(m grid.Message) bool {
	in := m.Intent
	return e.private[m.Ticket] || in.Sensitive || in.Otherwise != nil && in.Otherwise.Sensitive ||
		slices.ContainsFunc(in.Items, func(x grid.Intent) bool { return x.Sensitive })
}

func (e *exporter) people() Table {
	t := Table{Name: "people", Columns: []string{"id", "name", "offices", "household", "home", "channels"}}
	all, err := e.tx.Roster().People()
	e.keep(err)
	for _, p := range all {
		var offices, channels []string
		for _, o := range p.Offices {
			offices = append(offices, string(o.Role)+"@"+string(o.Area))
		}
		for _, id := range p.Identities {
			channels = append(channels, string(id.Channel))
		}
		t.Rows = append(t.Rows, []any{string(p.ID), p.Name, strings.Join(offices, " "), p.Household, string(p.Home), strings.Join(channels, " ")})
	}
	return t
}

func (e *exporter) areas() Table {
	t := Table{Name: "areas", Columns: []string{"id", "kind", "parent", "households"}}
	all, err := e.tx.Roster().Areas()
	e.keep(err)
	for _, a := range all {
		t.Rows = append(t.Rows, []any{string(a.ID), string(a.Kind), string(a.Parent), a.Households})
	}
	return t
}

// JSONLines writes a row a line, its fields in the order of the columns.
func (t Table) JSONLines(out io.Writer) error {
	for _, row := range t.Rows {
		var line strings.Builder
		for i, v := range row {
			b, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("writing %s: %w", t.Name, err)
			}
			fmt.Fprintf(&line, ",%q:%s", t.Columns[i], b)
		}
		if _, err := fmt.Fprintf(out, "{%s}\n", strings.TrimPrefix(line.String(), ",")); err != nil {
			return fmt.Errorf("writing %s: %w", t.Name, err)
		}
	}
	return nil
}

// CSV writes the table as spreadsheets open it: with a byte order mark, and with no
// text that a spreadsheet would take for a formula.
func (t Table) CSV(out io.Writer) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return fmt.Errorf("writing %s: %w", t.Name, err)
	}
	w := csv.NewWriter(out)
	if err := w.Write(t.Columns); err != nil {
		return fmt.Errorf("writing %s: %w", t.Name, err)
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			switch v := v.(type) {
			case nil:
			case string:
				if cells[i] = v; v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
					cells[i] = "'" + v
				}
			default:
				cells[i] = fmt.Sprint(v)
			}
		}
		if err := w.Write(cells); err != nil {
			return fmt.Errorf("writing %s: %w", t.Name, err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("writing %s: %w", t.Name, err)
	}
	return nil
}

// Files gives the writers of an export's files by their names, in order.
func Files(tables []Table) []File {
	var out []File
	for _, t := range tables {
		out = append(out, File{t.Name + ".csv", t.CSV}, File{t.Name + ".jsonl", t.JSONLines})
	}
	return out
}

// File is one file of an export.
type File struct {
	Name  string
	Write func(io.Writer) error
}
