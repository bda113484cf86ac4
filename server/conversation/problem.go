// The kinds of problems of fields.

package conversation

// Problem is a kind of problem that a field has. Its text is "field." and the kind in assets/i18n, which names the
// arguments that the comment has.
type Problem string

// Of any field.
const (
	ProblemMissing      Problem = "missing"
	ProblemUnknownField Problem = "unknown_field"
	ProblemWrongType    Problem = "wrong_type"   // type
	ProblemNotOneOf     Problem = "not_one_of"   // value, allowed
	ProblemOutOfRange   Problem = "out_of_range" // value, least, most
	ProblemTooLong      Problem = "too_long"     // count, most
	ProblemTooMany      Problem = "too_many"     // count, most
	ProblemTwice        Problem = "twice"        // value
	ProblemNotText      Problem = "not_text"
	ProblemNotWhole     Problem = "not_whole"    // value
	ProblemNotLength    Problem = "not_length"   // value, example
	ProblemNotLanguage  Problem = "not_language" // value
	ProblemNotID        Problem = "not_id"       // value
	ProblemNotFile      Problem = "not_file"     // value
	ProblemNotUsername  Problem = "not_username" // value
	ProblemNotTag       Problem = "not_tag"      // value
	ProblemNotLink      Problem = "not_link"     // value, most
)

// Of rules and flows.
const (
	ProblemNoAnswer           Problem = "no_answer"
	ProblemNoTextForButtons   Problem = "no_text_for_buttons"
	ProblemNoCommand          Problem = "no_command"
	ProblemNotCommand         Problem = "not_command"          // value
	ProblemNoWords            Problem = "no_words"             // value
	ProblemStarInside         Problem = "star_inside"          // value
	ProblemNotRegex           Problem = "not_regex"            // value, part
	ProblemTooComplex         Problem = "too_complex"          // value
	ProblemTooManyExpressions Problem = "too_many_expressions" // most
	ProblemSlowExpressions    Problem = "slow_expressions"     // percent
	ProblemNotFlow            Problem = "not_flow"             // value
	ProblemNotFlowStep        Problem = "not_flow_step"        // value
	ProblemNotPublished       Problem = "not_published"        // value
	ProblemFlowAddsText       Problem = "flow_adds_text"
	ProblemFlowCallsPerson    Problem = "flow_calls_person"   // command
	ProblemFlowCommandTaken   Problem = "flow_command_taken"  // command, flow
	ProblemFlowDraft          Problem = "flow_draft"          // name
	ProblemFileElsewhere      Problem = "file_elsewhere"      // value
	ProblemNoAgent            Problem = "no_agent"            // value
	ProblemFlowOtherName      Problem = "flow_other_name"     // value, name
	ProblemUnknownPlaceholder Problem = "unknown_placeholder" // value, allowed
	ProblemOpenPlaceholder    Problem = "open_placeholder"
	ProblemNoPlaceholder      Problem = "no_placeholder"
	ProblemManyPlaceholders   Problem = "many_placeholders" // count, most
	ProblemPlaceholderPlace   Problem = "placeholder_place" // value
	ProblemSeveralLines       Problem = "several_lines"
	ProblemNeedlessValue      Problem = "needless_value" // value
)

// Of business hours.
const (
	ProblemNotZone       Problem = "not_zone"       // value
	ProblemNotInterval   Problem = "not_interval"   // value
	ProblemEmptyInterval Problem = "empty_interval" // value
	ProblemOverlap       Problem = "overlap"        // value, other
	ProblemNotDate       Problem = "not_date"       // value
	ProblemNotMoment     Problem = "not_moment"     // value
)

// Of bots and conversations.
const (
	ProblemNoChannel      Problem = "no_channel"
	ProblemNoConversation Problem = "no_conversation"
	ProblemNoThread       Problem = "no_thread"
	ProblemMayNotPost     Problem = "may_not_post"
	ProblemNoPolling      Problem = "no_polling"
	ProblemNoPublicURL    Problem = "no_public_url"
	ProblemNotHTTPS       Problem = "not_https"  // scheme
	ProblemWrongPort      Problem = "wrong_port" // port, ports
	ProblemNotPublic      Problem = "not_public" // host
	ProblemTokenLost      Problem = "token_lost"
	ProblemOtherAccount   Problem = "other_account" // name
)
