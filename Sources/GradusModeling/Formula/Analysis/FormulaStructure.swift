// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// What kind of program the formulas make: degrees, class and what is proved of its curvature.
public struct FormulaStructure: Sendable, Hashable {
  /// The kind of one formula together with its linear part.
  public enum Degree: UInt8, Sendable, Codable, Hashable, Comparable {
    case constant, linear, quadratic, polynomial, general
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public private(set) var rows: [Degree]
  public private(set) var objective: Degree
  /// Of each row, and of the objective at the end; over the stated bounds.
  public private(set) var curvatures: [Curvature]
  /// Rows that break convexity as far as is known, by position; the objective is the number of rows.
  public private(set) var doubts: [Int]
  /// LP, QP, QCP, NLP, MIP, MIQP, MIQCP or MINLP.
  public let kindName: String

  /// True when the continuous relaxation is proved convex: the objective is convex (concave when maximized), every row is
  /// convex below an upper side and concave above a lower side.
  ///
  /// Quadratic forms are proved by factorization, as `Convexity` says: data rounded in the eighth digit counts as convex.
  public var isConvex: Bool { doubts.isEmpty }

  /// Looks at the whole program. Cost: a few passes, and one factorization for each quadratic row that is not settled by
  /// composition.
  public init(_ program: FormulaProgram) {
    var sweep = IntervalSweep(program)
    sweep.forward(sweep.box)
    self.init(program, ranges: sweep.nodes)
  }

  package init(_ program: FormulaProgram, ranges: [Interval]) {
    let degrees = program.degrees
    let sweep = CurvatureSweep(program, ranges: ranges)
    let m = program.constraintCount
    let form = program.linear
    var hasEntry = [Bool](repeating: false, count: m)
    for i in form.matrix.rows { hasEntry[Int(i)] = true }
    let count = { (node: FormulaGraph.Node?, isLinear: Bool) -> Degree in
      guard let node else { return isLinear ? .linear : .constant }
      return switch degrees[Int(node)] {
      case 0: isLinear ? .linear : .constant
      case 1: .linear
      case 2: .quadratic
      case nil: .general
      default: .polynomial
      }
    }
    rows = (0..<m).map { count(program.rows[$0], hasEntry[$0]) }
    objective = count(program.objective, form.costs.contains { $0 != 0 })
    curvatures = (0...m).map { sweep.curvature(ofRow: $0) }
    doubts = []
    for i in 0...m {
      let needsConvex = i < m ? form.rowUpper[i] < .infinity : form.sense == .minimize
      let needsConcave = i < m ? form.rowLower[i] > -.infinity : form.sense == .maximize
      let node = i < m ? program.rows[i] : program.objective
      if curvatures[i] == .unknown, let node, let quadratic = program.quadratic(of: node, degrees: degrees) {
        let matrix = quadratic.matrix(order: program.variableCount)
        if !needsConcave, Convexity.ofMatrix(matrix, sign: 1) == .convex { curvatures[i] = .convex }
        if !needsConvex, Convexity.ofMatrix(matrix, sign: -1) == .convex { curvatures[i] = .concave }
      }
      if needsConvex && !curvatures[i].isConvex || needsConcave && !curvatures[i].isConcave { doubts.append(i) }
    }
    kindName = Self.name(isDiscrete: form.isDiscrete, rows: rows.max() ?? .constant, objective: objective)
  }

  private static func name(isDiscrete: Bool, rows: Degree, objective: Degree) -> String {
    let prefix = isDiscrete ? "MI" : ""
    if max(rows, objective) > .quadratic { return prefix + "NLP" }
    if rows == .quadratic { return prefix + "QCP" }
    if objective == .quadratic { return prefix + "QP" }
    return isDiscrete ? "MIP" : "LP"
  }
}
