package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/clickspan/clickspan/internal/meta"
)

type userCmd struct {
	Create   userCreateCmd   `cmd:"" help:"Create a person who may log in; the password is asked for or read from standard input."`
	List     userListCmd     `cmd:"" help:"List the people who may log in."`
	Password userPasswordCmd `cmd:"" help:"Change a password and end that person's logins."`
	Delete   userDeleteCmd   `cmd:"" help:"Delete a person and their logins."`
}

// password asks on a terminal, twice, or reads one line from standard input.
func password(e *env) (string, error) {
	file, ok := e.In.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(e.In).ReadString('\n')
		if line == "" && err != nil {
			return "", fmt.Errorf("the password was not given on standard input: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	ask := func(prompt string) (string, error) {
		_, _ = fmt.Fprint(e.Err, prompt)
		text, err := term.ReadPassword(int(file.Fd()))
		_, _ = fmt.Fprintln(e.Err)
		return string(text), err
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask("Again: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", fmt.Errorf("the two passwords differ; nothing was changed")
	}
	return first, nil
}

type userCreateCmd struct {
	Name string `arg:"" help:"Name to log in with."`
	Role string `enum:"admin,viewer" default:"admin" help:"admin or viewer."`
}

// Run creates the person.
func (c *userCreateCmd) Run(e *env) error {
	secret, err := password(e)
	if err != nil {
		return err
	}
	return withMeta(e, func(db *meta.DB) error {
		user, err := db.CreateUser(e.ctx, c.Name, secret, meta.Role(c.Role))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.Out, "%s may log in as %s.\n", user.Name, user.Role)
		return err
	})
}

type userListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists people by name.
func (c *userListCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		users, err := db.Users(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, users)
		}
		rows := [][]string{{"NAME", "ROLE", "CREATED"}}
		for _, user := range users {
			rows = append(rows, []string{user.Name, string(user.Role), user.Created.Format(time.DateTime)})
		}
		return printTable(e, rows)
	})
}

type userPasswordCmd struct {
	Name string `arg:"" help:"Name to log in with."`
}

// Run changes the password.
func (c *userPasswordCmd) Run(e *env) error {
	secret, err := password(e)
	if err != nil {
		return err
	}
	return withExistingMeta(e, func(db *meta.DB) error { return db.SetPassword(e.ctx, c.Name, secret) })
}

type userDeleteCmd struct {
	Name string `arg:"" help:"Name to log in with."`
}

// Run deletes the person.
func (c *userDeleteCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error { return db.DeleteUser(e.ctx, c.Name) })
}
