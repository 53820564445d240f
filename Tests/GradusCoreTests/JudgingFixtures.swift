// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

let infinity = Double.infinity

/// A form from dense rows.
func form(
  _ costs: [Double], _ rows: [[Double]], _ lower: [Double], _ upper: [Double], x: [(Double, Double)]? = nil,
  kinds: [VariableKind]? = nil, sense: Sense = .minimize, offset: Double = 0, q: [[Double]]? = nil
) -> StandardForm {
  let n = costs.count
  let triplets = rows.enumerated().flatMap { i, row in
    row.enumerated().compactMap { j, v in v == 0 ? nil : (row: i, column: j, value: v) }
  }
  let bounds = x ?? [(Double, Double)](repeating: (0, infinity), count: n)
  var form = StandardForm(
    costs: costs, matrix: SparseMatrix(rowCount: rows.count, columnCount: n, triplets: triplets), rowLower: lower,
    rowUpper: upper, columnLower: bounds.map(\.0), columnUpper: bounds.map(\.1), kinds: kinds)
  form.sense = sense
  form.objectiveOffset = offset
  if let q { form.quadratic = symmetric(q) }
  return form
}

func symmetric(_ q: [[Double]]) -> SparseMatrix {
  let triplets = q.enumerated().flatMap { i, row in
    row.enumerated().compactMap { j, v in v == 0 ? nil : (row: i, column: j, value: v) }
  }
  return SparseMatrix(rowCount: q.count, columnCount: q.count, triplets: triplets)
}

/// A report of a point with multipliers, as a solver would give it.
func report(
  _ point: [Double], _ claim: Claim?, y: [Double]? = nil, z: [Double]? = nil, ray: [Double]? = nil,
  bound: Double? = nil, by source: String? = nil
) -> Report<Vector> {
  var report = Report(point: Vector(point), claim: claim)
  report.multipliers = y.map { Vector($0) }
  report.reducedCosts = z.map { Vector($0) }
  report.ray = ray.map { Vector($0) }
  report.bound = bound
  report.boundSource = source
  return report
}

func judgeLinear(_ form: StandardForm, _ report: Report<Vector>) async throws -> Verdict {
  try await LinearProgram(form).judge(report, asking: Inquiry(asking: nil), tolerances: Tolerances())
}

func judgeInteger(_ form: StandardForm, _ report: Report<Vector>) async throws -> Verdict {
  try await MixedIntegerProgram(form).judge(report, asking: Inquiry(asking: nil), tolerances: Tolerances())
}

func judgeQuadratic(_ form: StandardForm, _ report: Report<Vector>) async throws -> Verdict {
  try await QuadraticProgram(form).judge(report, asking: Inquiry(asking: nil), tolerances: Tolerances())
}
