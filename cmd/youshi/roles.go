package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"youshi/app"
	"youshi/app/desk"
	"youshi/grid"
)

// change carries out a store command that changes something.
func (t *terminal) change(cmd *cobra.Command, ask desk.Ask, out *bytes.Buffer) error {
	c, err := t.settings()
	if err != nil {
		return err
	}
	err = app.Change(cmd.Context(), c, ask, out)
	if grid.CodeOf(err) == grid.Invalid {
		return &usageError{err}
	}
	return err
}

// issue makes a code: the code alone goes to stdout, what to do with it beside.
func (t *terminal) issue(cmd *cobra.Command, ask desk.Ask) error {
	var out bytes.Buffer
	if err := t.change(cmd, ask, &out); err != nil {
		return err
	}
	if ask.JSON {
		_, err := out.WriteTo(t.out)
		return err
	}
	var in desk.Issued
	if err := json.Unmarshal(out.Bytes(), &in); err != nil {
		return fmt.Errorf("reading the code: %w", err)
	}
	if _, err := fmt.Fprintln(t.out, in.Code); err != nil {
		return fmt.Errorf("printing the code: %w", err)
	}
	until := in.Until.Format("2006-01-02 15:04")
	switch {
	case in.Role == "" && in.Staff:
		fmt.Fprintf(t.errs, "say 绑定 %s in the chat group that becomes the staff chat of %s, once, before %s\n", in.Code, in.Area, until)
	case in.Role == "":
		fmt.Fprintf(t.errs, "say 绑定 %s in the chat group that belongs to %s, once, before %s\n", in.Code, in.Area, until)
	case in.Known:
		fmt.Fprintf(t.errs, "the account that says 绑定 %s to the bot in private (never in a group) before %s becomes %s's, %s of %s\n", in.Code, until, in.Person, in.Role, in.Area)
	default:
		fmt.Fprintf(t.errs, "whoever says 绑定 %s to the bot in private (never in a group), once, before %s is %s of %s\n", in.Code, until, in.Role, in.Area)
	}
	return nil
}

func (t *terminal) roles() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "roles",
		Short:   "who holds which role: list, invite, revoke (角色)",
		Example: "  youshi roles list\n  youshi roles invite grid_worker --area 第3网格\n  youshi roles revoke 王网格",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return misused("name one of: list, invite, revoke") },
	}
	cmd.AddCommand(t.rolesList(), t.rolesInvite(), t.rolesRevoke())
	return cmd
}

func (t *terminal) rolesList() *cobra.Command {
	ask := desk.Ask{Command: "roles"}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "lists who holds or held a role, and the codes that are open",
		Example: "  youshi roles list\n  youshi roles list --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.ask(cmd, ask) },
	}
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) rolesInvite() *cobra.Command {
	ask := desk.Ask{Command: "roles invite"}
	cmd := &cobra.Command{
		Use:   "invite ROLE",
		Short: "prints a one-time code for a role (邀请码)",
		Long: "Prints a one-time code. Whoever says 绑定 CODE to the bot in private, on any channel, or\n" +
			"types it on the web page, holds the role from then on.",
		Example: "  youshi roles invite grid_worker --area 第3网格\n  youshi roles invite secretary --area 天后宫社区 --person 王书记\n" +
			"  youshi roles invite operator --area 天后宫社区",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Role = grid.Role(args[0])
			return t.issue(cmd, ask)
		},
	}
	cmd.Flags().StringVar((*string)(&ask.Area), "area", "", "the area `NAME` that the role is held in")
	cmd.Flags().StringVar(&ask.Person, "person", "", "the `NAME` (or id) of somebody who has or had a role: the account becomes theirs; of nobody yet: what whoever binds is called")
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) rolesRevoke() *cobra.Command {
	ask := desk.Ask{Command: "roles revoke"}
	cmd := &cobra.Command{
		Use:     "revoke PERSON",
		Short:   "ends the roles of somebody, now",
		Example: "  youshi roles revoke 王网格\n  youshi roles revoke 王网格 --role grid_worker --area 第3网格",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out bytes.Buffer
			ask.Person = args[0]
			if err := t.change(cmd, ask, &out); err != nil {
				return err
			}
			_, err := out.WriteTo(t.out)
			return err
		},
	}
	cmd.Flags().StringVar((*string)(&ask.Role), "role", "", "only this `ROLE`")
	cmd.Flags().StringVar((*string)(&ask.Area), "area", "", "only in the area `NAME`")
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) groups() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "groups",
		Short:   "chat groups: which are bound, which are not, and a code that binds one (群)",
		Example: "  youshi groups list\n  youshi groups invite --area 第3网格 --staff",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return misused("name one of: list, invite") },
	}
	cmd.AddCommand(t.groupsList(), t.groupsInvite())
	return cmd
}

func (t *terminal) groupsList() *cobra.Command {
	ask := desk.Ask{Command: "groups"}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "lists the chat groups that are bound to an area, and those the bot heard from that are not",
		Example: "  youshi groups list\n  youshi groups list --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.ask(cmd, ask) },
	}
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) groupsInvite() *cobra.Command {
	ask := desk.Ask{Command: "groups invite"}
	cmd := &cobra.Command{
		Use:     "invite",
		Short:   "prints a one-time code that binds the chat group it is said in",
		Example: "  youshi groups invite --area 第3网格\n  youshi groups invite --area 第3网格 --staff",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.issue(cmd, ask) },
	}
	cmd.Flags().StringVar((*string)(&ask.Area), "area", "", "the area `NAME` that the group belongs to")
	cmd.Flags().BoolVar(&ask.Staff, "staff", false, "the staff chat (工作群) of the area")
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}
