package archtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wasilibs/go-pgquery/parser"
)

// Rules for changes of the schema after the first release. While a step is applied, the
// previous program still serves people, and it must be able to run again. So a step adds
// (expand), the next release uses what was added (deploy), and only a later step removes what
// no release in use needs (contract). No step may block others: not even for a second may a
// large table be locked.

// migration is a step of the schema, as the rules need it.
type migration struct {
	name       string
	loose      bool // outside of a transaction
	contract   bool // declares that it removes something, and why it may
	statements []statement
	text       string
}

// statement is an SQL statement: its kind in PostgreSQL's parser, and its parts.
type statement struct {
	kind  string
	parts parts
}

// parts are the parts of statements that the rules check; each kind of statement has some of
// them.
type parts struct {
	Relation   relation
	Cmds       []struct{ AlterTableCmd command }
	IdxName    string
	Concurrent bool
	RemoveType string `json:"removeType"`
	MissingOK  bool   `json:"missing_ok"`
	Objects    []json.RawMessage
	OldVal     string `json:"oldVal"`
	SelectStmt struct {
		SelectStmt struct{ ValuesLists []json.RawMessage }
	}
	IfNotExists  bool `json:"if_not_exists"`
	InhRelations []json.RawMessage
}

type relation struct{ RelName string }

// command is one command of "alter table".
type command struct {
	Subtype string
	Name    string
	Def     *struct {
		ColumnDef  *column
		Constraint *constraint
	}
}

type column struct {
	ColName  string
	TypeName struct {
		Names []struct{ String struct{ Sval string } }
	}
	Constraints []struct{ Constraint constraint }
}

type constraint struct {
	ConType        string
	ConName        string
	IndexName      string
	SkipValidation bool            `json:"skip_validation"`
	RawExpr        json.RawMessage `json:"raw_expr"`
}

var contractLine = regexp.MustCompile(`(?m)^-- Contract: \S.{20,}`)

// parse parses a step.
func parse(name, text string) (migration, error) {
	m := migration{name: name, text: text, loose: strings.Contains(text, "-- +goose NO TRANSACTION"), contract: contractLine.MatchString(text)}
	read, err := parser.ParseToJSON(text)
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	var tree struct {
		Stmts []struct{ Stmt map[string]parts }
	}
	if err := json.Unmarshal([]byte(read), &tree); err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range tree.Stmts {
		for kind, parts := range s.Stmt {
			m.statements = append(m.statements, statement{kind, parts})
		}
	}
	return m, nil
}

// growth is what the rules know of earlier steps.
type growth struct {
	step    migration
	made    []string          // tables that this step creates, which nobody uses yet
	begun   []string          // indexes that this step first drops, in case they are half built
	claims  map[string]string // column that a check constraint makes not null, by constraint
	certain []string          // columns for which that was validated
}

// shrinks reports the broken rules of steps after a release, in their order.
func shrinks(steps []migration) (broken []string) {
	g := growth{claims: map[string]string{}}
	for _, step := range steps {
		g.step, g.made, g.begun = step, nil, nil
		if strings.Contains(step.text, "-- +goose Down") {
			broken = append(broken, step.name+" has a way down: after a release the schema only grows, what was wrong is mended by another step")
		}
		for _, s := range step.statements {
			for _, reason := range g.judge(s) {
				broken = append(broken, step.name+" "+reason)
			}
		}
	}
	return broken
}

// harmless are the kinds of statements that neither block others nor remove anything.
var harmless = []string{"CreateFunctionStmt", "CreateTrigStmt", "CreateExtensionStmt", "CreateEnumStmt", "CreateSeqStmt", "CommentStmt", "ViewStmt"}

func (g *growth) judge(s statement) []string {
	if slices.Contains(g.made, s.parts.Relation.RelName) && s.kind != "RenameStmt" {
		return nil
	}
	if g.step.loose {
		return g.judgeLoose(s)
	}
	switch s.kind {
	case "CreateStmt":
		g.made = append(g.made, s.parts.Relation.RelName)
		return refuseIf(s.parts.InhRelations != nil, "makes a table that is part of another, which locks that one")
	case "AlterTableStmt":
		return g.judgeCommands(s.parts)
	case "IndexStmt":
		return []string{"builds an index in a transaction, which stops all writing meanwhile: create index concurrently, in a step with -- +goose NO TRANSACTION"}
	case "DropStmt":
		return g.judgeDrop(s.parts)
	case "RenameStmt":
		return []string{"renames, and the program of before knows the old name: add the new one, fill it, and take the old one away in a later step"}
	case "AlterEnumStmt":
		return refuseIf(s.parts.OldVal != "", "renames, and the program of before knows the old name: add the new one")
	case "InsertStmt":
		return refuseIf(s.parts.SelectStmt.SelectStmt.ValuesLists == nil, "copies rows, as many as there are: let a round of the program do it, some at a time")
	case "UpdateStmt", "DeleteStmt", "MergeStmt":
		return []string{"changes rows, as many as there are, and holds them meanwhile: let a round of the program do it, some at a time"}
	}
	return refuseIf(!slices.Contains(harmless, s.kind), "has a "+s.kind+", of which nothing says that it keeps nobody waiting: find out, and say it in harmless")
}

// judgeLoose allows outside of a transaction only statements that take long, block nobody, and
// can be repeated if they were interrupted.
func (g *growth) judgeLoose(s statement) []string {
	switch {
	case s.kind == "IndexStmt" && s.parts.Concurrent && !s.parts.IfNotExists && slices.Contains(g.begun, s.parts.IdxName):
		return nil
	case s.kind == "IndexStmt" && s.parts.Concurrent:
		return []string{"builds an index that may be left half built: before it, drop index concurrently if exists " + s.parts.IdxName + ", and no \"if not exists\""}
	case s.kind == "DropStmt" && s.parts.RemoveType == "OBJECT_INDEX" && s.parts.Concurrent && s.parts.MissingOK:
		for _, object := range s.parts.Objects {
			g.begun = append(g.begun, lastName(object))
		}
		return nil
	case s.kind == "AlterTableStmt" && onlyValidates(s.parts):
		for _, c := range s.parts.Cmds {
			g.certain = append(g.certain, g.claims[c.AlterTableCmd.Name])
		}
		return nil
	}
	return []string{"has a " + s.kind + " outside of a transaction, where a step that fails is half taken: there, indexes are built and dropped concurrently (if exists) and constraints validated, nothing else"}
}

func onlyValidates(p parts) bool {
	return !slices.ContainsFunc(p.Cmds, func(c struct{ AlterTableCmd command }) bool {
		return c.AlterTableCmd.Subtype != "AT_ValidateConstraint"
	})
}

func lastName(object json.RawMessage) string {
	var list struct {
		List struct {
			Items []struct{ String struct{ Sval string } }
		}
	}
	if json.Unmarshal(object, &list) != nil || len(list.List.Items) == 0 {
		return ""
	}
	return list.List.Items[len(list.List.Items)-1].String.Sval
}

func (g *growth) judgeDrop(p parts) []string {
	if p.RemoveType == "OBJECT_INDEX" {
		return []string{"drops an index in a transaction, which waits for everybody: drop index concurrently if exists, in a step with -- +goose NO TRANSACTION"}
	}
	return g.contractOnly("drops something (" + p.RemoveType + ")")
}

// contractOnly is the broken rule of a removal.
func (g *growth) contractOnly(what string) []string {
	return refuseIf(!g.step.contract, what+": only a step that says \"-- Contract: \" and why no release in use knows it any more takes anything away")
}

func refuseIf(wrong bool, reason string) []string {
	if wrong {
		return []string{reason}
	}
	return nil
}

func (g *growth) judgeCommands(p parts) (broken []string) {
	for _, c := range p.Cmds {
		broken = append(broken, g.judgeCommand(p.Relation.RelName, c.AlterTableCmd)...)
	}
	return broken
}

func (g *growth) judgeCommand(table string, c command) []string {
	switch c.Subtype {
	case "AT_AddColumn":
		return judgeColumn(*c.Def.ColumnDef)
	case "AT_AddConstraint":
		return g.judgeConstraint(table, *c.Def.Constraint)
	case "AT_ValidateConstraint":
		return []string{"validates a constraint in a transaction, which holds its other locks meanwhile: in a step of its own, with -- +goose NO TRANSACTION"}
	case "AT_SetNotNull":
		return refuseIf(!slices.Contains(g.certain, table+"."+c.Name),
			"sets "+c.Name+" not null, for which every row is read while all wait: add a check (… is not null) not valid, validate it in another step, then set it")
	case "AT_DropNotNull", "AT_SetStatistics":
		return nil
	case "AT_ColumnDefault":
		if c.Def != nil {
			return nil
		}
		return g.contractOnly("drops the default of " + c.Name + ", which the program of before leaves out")
	case "AT_DropColumn", "AT_DropConstraint":
		return g.contractOnly("drops " + c.Name)
	case "AT_AlterColumnType":
		return []string{"changes the type of " + c.Name + ", for which the table is written anew while all wait: add a column, fill it, and take the old one away in a later step"}
	}
	return []string{"has a " + c.Subtype + ", of which nothing says that it keeps nobody waiting"}
}

// judgeColumn allows a new column only without a value computed for every existing row.
func judgeColumn(c column) (broken []string) {
	kinds := map[string]constraint{}
	for _, each := range c.Constraints {
		kinds[each.Constraint.ConType] = each.Constraint
	}
	standard, hasDefault := kinds["CONSTR_DEFAULT"]
	if _, required := kinds["CONSTR_NOTNULL"]; required && !hasDefault {
		broken = append(broken, "adds "+c.ColName+" not null without a default, which the program of before leaves out")
	}
	if hasDefault && !constant(standard.RawExpr) {
		broken = append(broken, "adds "+c.ColName+" with a default that is worked out, for which the table may be written anew while all wait: add it without, then set the default")
	}
	delete(kinds, "CONSTR_NOTNULL")
	delete(kinds, "CONSTR_DEFAULT")
	delete(kinds, "CONSTR_NULL")
	names := c.TypeName.Names
	if len(kinds) > 0 || strings.HasSuffix(names[len(names)-1].String.Sval, "serial") {
		broken = append(broken, "adds "+c.ColName+" with what is checked or worked out for every row while all wait: add it bare, then the constraint not valid")
	}
	return broken
}

// constant reports whether an expression is a constant, possibly with a cast.
func constant(expression json.RawMessage) bool {
	var of map[string]struct{ Arg json.RawMessage }
	if json.Unmarshal(expression, &of) != nil {
		return false
	}
	if cast, is := of["TypeCast"]; is {
		return constant(cast.Arg)
	}
	_, is := of["A_Const"]
	return is
}

func (g *growth) judgeConstraint(table string, c constraint) []string {
	switch c.ConType {
	case "CONSTR_CHECK", "CONSTR_FOREIGN":
		if name := neverNull(c.RawExpr); name != "" {
			g.claims[c.ConName] = table + "." + name
		}
		return refuseIf(!c.SkipValidation, "adds the constraint "+c.ConName+", for which every row is read while all wait: add it not valid, and validate it in another step")
	case "CONSTR_UNIQUE", "CONSTR_PRIMARY":
		return refuseIf(c.IndexName == "", "adds the constraint "+c.ConName+" and builds its index while all wait: build the index concurrently in an earlier step, then add it using index")
	}
	return []string{"adds the constraint " + c.ConName + ", whose index cannot be built beside those who write: make a new table with it"}
}

// neverNull returns the column that a check makes not null, empty for other checks.
func neverNull(expression json.RawMessage) string {
	var of struct {
		NullTest struct {
			NullTestType string
			Arg          struct {
				ColumnRef struct {
					Fields []struct{ String struct{ Sval string } }
				}
			}
		}
	}
	if json.Unmarshal(expression, &of) != nil || of.NullTest.NullTestType != "IS_NOT_NULL" || len(of.NullTest.Arg.ColumnRef.Fields) != 1 {
		return ""
	}
	return of.NullTest.Arg.ColumnRef.Fields[0].String.Sval
}
