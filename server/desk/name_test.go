package desk

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestANameCannotTurnALineAroundOrHide(t *testing.T) {
	require.Equal(t, "gpj.exe", oneLine("\u202egpj.exe\u2066", maxName))
	require.Empty(t, oneLine("\u200b\u200b\ufeff", maxName))
	require.Equal(t, "Оксана Ш", oneLine(" Оксана\r\nШ ", maxName))
}
