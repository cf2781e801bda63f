package cli

import (
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
)

// tokenCmd manages API tokens: for scripts, and to end the one in the data directory.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create an API token and print it once."`
	List   tokenListCmd   `cmd:"" help:"List API tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke an API token by its number."`
}

type tokenCreateCmd struct {
	Role string `enum:"admin,viewer" default:"viewer" help:"viewer (may ask) or admin (may change)."`
	Note string `help:"What the token is for."`
	Life Days   `default:"0d" help:"How long it is valid; 0d is until it is revoked."`
}

// Run creates the token; its text is printed here and stored nowhere.
func (c *tokenCreateCmd) Run(e *env) error {
	return withMeta(e, func(db *meta.DB) error {
		secret, _, err := db.CreateToken(e.ctx, meta.Role(c.Role), c.Note, time.Duration(c.Life))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.Out, secret)
		return err
	})
}

type tokenListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists tokens by their first characters.
func (c *tokenListCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		tokens, err := db.Tokens(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, tokens)
		}
		rows := [][]string{{"NUMBER", "TOKEN", "ROLE", "CREATED", "EXPIRES", "NOTE"}}
		for _, token := range tokens {
			expires := "never"
			if !token.Expires.IsZero() {
				expires = token.Expires.Format(time.DateTime)
			}
			rows = append(rows, []string{fmt.Sprint(token.ID), token.Prefix + "…", string(token.Role), token.Created.Format(time.DateTime), expires, token.Note})
		}
		return printTable(e, rows)
	})
}

type tokenRevokeCmd struct {
	Number int64 `arg:"" help:"Number from clickspan token list."`
}

// Run ends a token at once.
func (c *tokenRevokeCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		if err := db.RevokeCredential(e.ctx, c.Number); err != nil {
			return fmt.Errorf("cannot revoke token %d: %w; clickspan token list shows the numbers", c.Number, err)
		}
		_, err := fmt.Fprintf(e.Out, "Token %d is revoked.\n", c.Number)
		return err
	})
}
