/**
 * Which functions of SQLite a statement may call. Nodes apply the same statements and must come to the same rows, in a
 * time and a size that can be bounded beforehand. What is in neither list does not exist (a test compares both lists with
 * what SQLite has).
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The result depends on nothing but the arguments, and is not much longer than these. */
export const allowedFunctions: ReadonlySet<string> = new Set(
  words(`
    abs avg char coalesce concat concat_ws count group_concat hex if ifnull iif instr length likelihood likely lower
    ltrim max min nullif octet_length quote round rtrim sign string_agg substr substring sum total trim typeof unhex
    unicode unistr unlikely upper
    acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power
    radians sin sinh sqrt tan tanh trunc median
    json_array_length json_error_position json_extract json_type json_valid -> ->>`),
);

const refusals: readonly { readonly why: string; readonly functions: string }[] = [
  {
    why: 'draws by chance, and every node would draw something else; give the value as a parameter',
    functions: 'random randomblob',
  },
  {
    why: 'may read the clock of the node, and every node has another one; give the moment as a parameter',
    functions: `date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp`,
  },
  {
    why: 'tells what this connection did before, and a node that restarted has another one; RETURNING tells what a statement did',
    functions: 'last_insert_rowid changes total_changes',
  },
  {
    why: 'tells how this node was built, or acts on it',
    functions: `sqlite_version sqlite_source_id sqlite_compileoption_get sqlite_compileoption_used sqlite_log load_extension
      fts3_tokenizer subtype`,
  },
  {
    why: 'makes values of any size from small ones',
    functions: 'zeroblob replace printf format unistr_quote',
  },
  {
    why: 'makes JSON, whose length cannot be bounded closely; whoever reads the rows can put them together',
    functions: `json json_array json_array_insert json_group_array json_group_object json_insert json_object json_patch
      json_pretty json_quote json_remove json_replace json_set`,
  },
  {
    why: 'can take exponential time with some patterns; instr and substr do not',
    functions: 'like glob regexp',
  },
  {
    why: 'belongs to full-text search, which is not offered',
    functions: 'match matchinfo offsets optimize snippet',
  },
  {
    why: 'answers bytes in a format of this version of SQLite',
    functions: `jsonb jsonb_array jsonb_array_insert jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert
      jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set`,
  },
  {
    why: 'is a window function, whose work cannot be bounded beforehand',
    functions: `cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number`,
  },
  {
    why: 'makes a table of its argument, whose work cannot be bounded beforehand',
    functions: 'json_each json_tree jsonb_each jsonb_tree generate_series',
  },
];

/** By name, why a function must not be called. */
export const refusedFunctions: ReadonlyMap<string, string> = new Map(
  refusals.flatMap(({ why, functions }) => words(functions).map((name) => [name, why] as const)),
);
