package days

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"youshi/grid"
)

// mostShown bounds the list of mistakes in a table.
const mostShown = 20

// WriteTable prints the score for people: figures with their intervals, the
// classes, the confusion matrix of intents and the most confident mistakes.
func (s Score) WriteTable(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%d labelled messages\n\n", s.N)
	s.writeFigures(out)
	writeClasses(out, "intent", s.Intent, kindNames())
	writeClasses(out, "category", s.Category, names(grid.Categories()))
	writeClasses(out, "urgency", s.Urgency, names(grid.Urgencies()))
	writeClasses(out, "topic", s.Topic, names(grid.Topics()))
	s.writeConfusion(out)
	writeMistakes(out, "wrong intents", s.Wrong)
	writeMistakes(out, "wrong labels on messages found", s.WrongLabels)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the score: %w", err)
	}
	return nil
}

func (s Score) writeFigures(out io.Writer) {
	share := func(name, key string, v float64) {
		fmt.Fprintf(out, "%s\t%.3f\t", name, v)
		if i, ok := s.Intervals[key]; ok && s.N > 0 {
			fmt.Fprintf(out, "(%.3f–%.3f)", i[0], i[1])
		}
		fmt.Fprintln(out)
	}
	prf := func(name, key string, v PRF) {
		share(name+" precision", key+".p", v.P)
		share(name+" recall", key+".r", v.R)
		share(name+" F1", key+".f1", v.F1)
	}
	share("intent accuracy", "intent.accuracy", s.Intent.Accuracy)
	share("intent macro F1", "intent.macro_f1", s.Intent.MacroF1)
	prf("actionable", "actionable", s.Actionable)
	share("category accuracy", "category.accuracy", s.Category.Accuracy)
	share("category end to end", "category_end_to_end.accuracy", s.CategoryEndToEnd.Accuracy)
	share("urgency accuracy", "urgency.accuracy", s.Urgency.Accuracy)
	prf("emergency", "emergency", s.Emergency)
	share("topic accuracy", "topic.accuracy", s.Topic.Accuracy)
	prf("sensitive", "sensitive", s.Sensitive)
	share("location exact", "location.exact", s.Location.Exact)
	prf("linking pairs", "linking.pairwise", s.Linking.Pairwise)
	prf("matters", "matters", s.Matters)
	for _, x := range []struct {
		name string
		v    float64
	}{
		{"posts per 100 messages", s.PostsPer100}, {"group posts per 100 messages", s.GroupPostsPer100},
		{"chatter answered per 100", s.ChatterAnsweredPer100}, {"LLM calls per 100 messages", s.LLMCallsPer100},
	} {
		fmt.Fprintf(out, "%s\t%.1f\n", x.name, x.v)
	}
}

func writeClasses(out io.Writer, title string, c Classes, order []string) {
	if c.N == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s (%d)\tprecision\trecall\tF1\tn\n", title, c.N)
	for _, class := range order {
		if s, ok := c.PerClass[class]; ok {
			fmt.Fprintf(out, "%s\t%.3f\t%.3f\t%.3f\t%d\n", class, s.P, s.R, s.F1, s.N)
		}
	}
}

func (s Score) writeConfusion(out io.Writer) {
	columns := kindNames()
	for _, row := range s.Confusion {
		if row[none] > 0 {
			columns = append(columns, none)
			break
		}
	}
	fmt.Fprintf(out, "\nright \\ given\t%s\n", strings.Join(columns, "\t"))
	for _, gold := range kindNames() {
		fmt.Fprint(out, gold)
		for _, got := range columns {
			fmt.Fprintf(out, "\t%d", s.Confusion[gold][got])
		}
		fmt.Fprintln(out)
	}
}

func writeMistakes(out io.Writer, title string, all []Mistake) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s (%d)\n", title, len(all))
	for _, m := range all[:min(len(all), mostShown)] {
		fmt.Fprintf(out, "%.2f\t%s\t%s: %s → %s\t%s\t%s\n", m.Confidence, m.ID, m.Label, m.Gold, m.Got, m.By, firstWords(m.Text))
	}
}

// firstWords gives the beginning of a text on one line.
func firstWords(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func kindNames() []string { return names(grid.Kinds()) }

func names[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = string(x)
	}
	return out
}
