// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusVerification

let infinity = Double.infinity

/// A form from dense rows.
func form(
  _ costs: [Double], _ rows: [[Double]], _ lower: [Double], _ upper: [Double], x: [(Double, Double)]? = nil,
  kinds: [VariableKind]? = nil, sense: Sense = .minimize, offset: Double = 0, q: [[Double]]? = nil
) -> StandardForm {
  func sparse(_ m: [[Double]], _ n: Int) -> SparseMatrix {
    let triplets = m.enumerated().flatMap { i, row in
      row.enumerated().compactMap { j, v in v == 0 ? nil : (row: i, column: j, value: v) }
    }
    return SparseMatrix(rowCount: m.count, columnCount: n, triplets: triplets)
  }
  let n = costs.count
  let bounds = x ?? [(Double, Double)](repeating: (0, infinity), count: n)
  var form = StandardForm(
    costs: costs, matrix: sparse(rows, n), rowLower: lower, rowUpper: upper, columnLower: bounds.map(\.0),
    columnUpper: bounds.map(\.1), kinds: kinds)
  form.sense = sense
  form.objectiveOffset = offset
  form.quadratic = q.map { sparse($0, n) }
  return form
}

/// The problem part of an answer to this form, as `solve` writes it.
func summary(_ form: StandardForm) -> ResultDocument.ProblemSummary {
  var summary = ResultDocument.ProblemSummary()
  summary.kind = form.quadratic != nil ? "QP" : form.isDiscrete ? "MIP" : "LP"
  summary.sense = form.sense
  summary.variables = form.variableCount
  summary.constraints = form.constraintCount
  summary.integerVariables = form.integerCount
  summary.fingerprint = String(form.fingerprint, radix: 16)
  return summary
}

func answer(
  _ form: StandardForm, _ status: Status, x: [Double]? = nil, objective: Double? = nil, bound: Double? = nil,
  y: [Double]? = nil, z: [Double]? = nil, ray: [Double]? = nil, voucher: Voucher = .checked
) -> ResultDocument {
  var document = ResultDocument()
  document.problem = summary(form)
  document.status = status
  document.solution = x.map { NamedNumbers(form.columnNames, $0) }
  document.objectives = objective.map { [$0] } ?? []
  document.bound = bound
  document.duals = y.map { NamedNumbers(form.rowNames, $0) }
  document.reducedCosts = z.map { NamedNumbers(form.columnNames, $0) }
  document.ray = ray.map { NamedNumbers(status == .unbounded ? form.columnNames : form.rowNames, $0) }
  document.certificate = Certificate(.none)
  document.certificate.pointChecked = x != nil
  document.certificate.bound = voucher
  return document
}

/// max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 at (2, 6), duals (0, 3/2, 1).
let wyndor = form(
  [3, 5], [[1, 0], [0, 2], [3, 2]], [-infinity, -infinity, -infinity], [4, 12, 18], sense: .maximize)
let wyndorAnswer = answer(wyndor, .optimal, x: [2, 6], objective: 36, bound: 36, y: [0, 1.5, 1], z: [0, 0])

/// max 5x + 4y, 6x + 4y ≤ 24, x + 2y ≤ 6 over whole numbers: 20 at (4, 0).
let farm = form(
  [5, 4], [[6, 4], [1, 2]], [-infinity, -infinity], [24, 6], kinds: [.integer, .integer], sense: .maximize)

/// x + y ≥ 3, x + 2y ≤ 2 over x, y ≥ 0: the ray (1, −1) proves that no point exists.
let empty = form([1, 1], [[1, 1], [1, 2]], [3, -infinity], [infinity, 2])

/// min −x over x − y ≤ 1, x, y ≥ 0: unbounded along (1, 1).
let endless = form([-1, 0], [[1, -1]], [-infinity], [1])

/// min ½ xᵀQx + cᵀx, Q = [[2, 1], [1, 2]], c = (−8, −10), x + y ≤ 3: −21.25 at (1/2, 5/2), dual −4.5.
let bowl = form([-8, -10], [[1, 1]], [-infinity], [3], q: [[2, 1], [1, 2]])
let bowlAnswer = answer(bowl, .optimal, x: [0.5, 2.5], objective: -21.25, bound: -21.25, y: [-4.5])
