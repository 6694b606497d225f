package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// FlagError adds to what is wrong with a flag where to read what there is.
func FlagError(cmd *cobra.Command, err error) error {
	text, _, _ := strings.Cut(err.Error(), ": strconv.") // how Go says that it is no number
	return fmt.Errorf("%s; `%s --help` shows what there is", text, cmd.CommandPath())
}
