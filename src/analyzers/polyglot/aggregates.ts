import { nameOf, type SyntaxNode } from "./syntax-node.ts";

/** Kinds of nodes that are calls of aggregate functions. */
const kinds = new Set(
  `aggregate_function anonymous_agg_func any_value approx_count_distinct approx_distinct
  approx_percentile approx_quantile approx_quantiles approx_top_k approx_top_sum arg_max arg_min
  array_agg array_concat_agg array_unique_agg avg bitwise_and_agg bitwise_or_agg bitwise_xor_agg
  bool_xor_agg combined_agg_func combined_parameterized_agg corr count count_if covar_pop
  covar_samp first group_concat hash_agg hll j_s_o_n_array_agg j_s_o_n_object_agg
  j_s_o_n_b_object_agg json_array_agg json_object_agg last list_agg logical_and logical_or max
  median min mode object_agg parameterized_agg percentile percentile_cont percentile_disc quantile
  regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
  regr_valx regr_valy skewness stddev stddev_pop stddev_samp string_agg sum sum_if var_pop var_samp
  variance within_group`.split(/\s+/),
);

/** Names of aggregate functions that the parser takes for functions like others. */
const names = new Set(
  `approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min
  arg_min_null array_agg avg bit_and bit_or bit_xor bitstring_agg bool_and bool_or corr count
  count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean
  group_concat histogram histogram_exact kahan_sum kurtosis kurtosis_pop last list listagg mad max
  max_by mean median min min_by mode product quantile quantile_cont quantile_disc
  reservoir_quantile regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
  regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow
  sumkahan var_pop var_samp variance json_group_array json_group_object json_group_structure
  any_value`.split(/\s+/),
);

/** True for a call that makes one value of many rows. */
export function isAggregate({ kind, fields }: SyntaxNode): boolean {
  if (kinds.has(kind)) return true;
  return kind === "function" && names.has((nameOf(fields["name"]) ?? "").toLowerCase());
}
