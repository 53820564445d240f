// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// What a global search derives from its program: ranges, relaxation, and which variable stands behind which node.
struct SearchEngine: Sendable {
  let program: FormulaProgram
  let relaxation: Relaxation
  var sweep: IntervalSweep
  /// The variables below each node of the relaxation that bends, in the order of `relaxation.nodes`.
  private let supports: [[Int]]
  /// Variables that occur below such a node.
  let isNonlinear: [Bool]

  /// `slack` is the violation of a row, relative to max(1, |side|), that bounds still allow for.
  init(_ program: FormulaProgram, slack: Double = 1e-9) {
    self.program = program
    relaxation = Relaxation(program, slack: slack)
    sweep = IntervalSweep(program, slack: slack)
    var below = [[Int]](repeating: [], count: program.graph.count)
    for j in 0..<program.variableCount { below[j] = [j] }
    for i in relaxation.nodes {
      var set = Set<Int>()
      for p in program.graph.range(of: Int32(i)) { set.formUnion(below[Int(program.graph.arguments[p])]) }
      below[i] = set.sorted()
    }
    supports = relaxation.nodes.map { program.graph.operations[$0] == .sum ? [] : below[$0] }
    var isNonlinear = [Bool](repeating: false, count: program.variableCount)
    for support in supports { for j in support { isNonlinear[j] = true } }
    self.isNonlinear = isNonlinear
  }

  var sign: Double { relaxation.sign }

  /// The objective to minimize, and the largest violation of a row or bound relative to max(1, |side|).
  func evaluate(_ x: Vector) -> (objective: Double, violation: Double) {
    let form = program.linear
    let graph = program.graph
    let values = graph.count == 0 ? [] : graph.values(upTo: Int32(graph.count - 1), at: x.elements)
    var worst = 0.0
    func note(_ value: Double, _ lower: Double, _ upper: Double) {
      if value.isNaN { worst = .infinity }
      worst = max(worst, (lower - value) / max(1, abs(lower)), (value - upper) / max(1, abs(upper)))
    }
    var totals = [Double](repeating: 0, count: program.constraintCount)
    for j in 0..<program.variableCount {
      for p in form.matrix.range(ofColumn: j) { totals[Int(form.matrix.rows[p])] += form.matrix.values[p] * x[j] }
      note(x[j], form.columnLower[j], form.columnUpper[j])
    }
    for i in totals.indices {
      if let root = program.rows[i] { totals[i] += values[Int(root)] }
      note(totals[i], form.rowLower[i], form.rowUpper[i])
    }
    let objective = form.objective(at: x) + (program.objective.map { values[Int($0)] } ?? 0)
    return (sign * objective, objective.isFinite ? worst : .infinity)
  }

  /// A point with its integers rounded and inside its bounds, where it satisfies all rows; and its objective.
  func incumbent(_ candidate: Vector, tolerance: Double) -> (point: Vector, objective: Double)? {
    guard candidate.count == program.variableCount, candidate.isFinite else { return nil }
    var x = candidate
    for j in x.indices {
      if program.linear.kinds[j].isIntegral { x[j] = x[j].rounded() }
      x[j] = min(max(x[j], program.linear.columnLower[j]), program.linear.columnUpper[j])
    }
    let (objective, violation) = evaluate(x)
    return violation <= 0.9 * tolerance ? (x, objective) : nil
  }

  /// How much the nodes of the relaxation miss their values at one of its points, by variable.
  func scores(_ point: [Double], _ box: [Interval]) -> [Double] {
    let graph = program.graph
    var scores = [Double](repeating: 0, count: program.variableCount)
    for (k, i) in relaxation.nodes.enumerated() where !supports[k].isEmpty {
      let places = graph.range(of: Int32(i))
      func value(_ node: Int32) -> Double {
        graph.constant(at: node) ?? point[relaxation.columns[Int(node)]]
      }
      let arguments = places.map { value(graph.arguments[$0]) }
      let exact: Double =
        switch arguments.count {
        case 1: graph.operations[i].value(arguments[0], number: graph.numbers[i])
        case 2: graph.operations[i].value(arguments[0], arguments[1])
        default: arguments[0] != 0 ? arguments[1] : arguments[2]
        }
      let here = point[relaxation.columns[i]]
      var miss = abs(exact - here)
      if !miss.isFinite { miss = 1e6 }
      if miss <= 1e-9 * max(1, abs(here)) { continue }
      for j in supports[k] where box[j].width > 0 { scores[j] += miss / Double(supports[k].count) }
    }
    return scores
  }
}
