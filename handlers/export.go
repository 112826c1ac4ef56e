package handlers

import (
	"fmt"

	"youshi/grid"
)

// JobExport is the kind of the job that writes an export.
const JobExport = "export"

// export is 导出: the secretary's, and those above. Where residents read nothing is
// said of it but that it comes elsewhere.
func (t *turn) export(c grid.Command) error {
	if t.role != grid.Secretary && t.role != grid.SubdistrictHQ && t.role != grid.DistrictHQ {
		return t.decline("refuse.export")
	}
	to, err := t.numbersRoom()
	if err != nil {
		return err
	}
	if kind, err := t.kindOf(to); err != nil || kind == grid.GroupChat {
		if err != nil {
			return err
		}
		return t.decline("refuse.export_here")
	}
	job := grid.Job{Kind: JobExport, Chat: to, By: t.who.ID, Area: t.scope(), Period: c.Period, At: t.now}
	if to == t.chat.ID {
		job.ReplyTo = t.msg.ID
	}
	if _, err := t.tx.Jobs().Put(job); err != nil {
		return fmt.Errorf("asking for an export: %w", err)
	}
	return nil
}
