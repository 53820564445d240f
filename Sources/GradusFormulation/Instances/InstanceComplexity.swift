// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling
internal import GradusNumerics

/// How much there is in a model, for a target when instances are drawn.
///
///     S = Σ_t α_t·(variables of type t) + Σ_k β_k·(rows of kind k) + γ·(big-M rows) + δ·(mean terms an expression)
///
/// A big-M row is a linear inequality with a binary variable whose coefficient is greater in size than that of every variable that
/// is not binary, of which there is at least one: it is meant to switch off. Expressions are the rows and the objective; the terms
/// of a formula are its linear ones and the summands at its root.
///
/// **Reference** H. Lu et al., *OptMATH*, arXiv 2502.11102; the weights are our own.
public struct InstanceComplexity: Sendable, Codable, Hashable {
  /// What each thing counts.
  public struct Weights: Sendable, Codable, Hashable {
    /// α of whole variables from 0 to 1.
    public var binary = 1.0
    /// α of other whole variables.
    public var integer = 1.0
    /// α of all others, semicontinuous ones too.
    public var continuous = 0.5
    /// β of linear rows.
    public var linear = 0.5
    /// β of rows that are not linear.
    public var nonlinear = 2.0
    /// γ, on top of the row's own β.
    public var bigM = 1.0
    /// δ.
    public var terms = 0.2

    /// The weights as they stand here.
    public init() {}
  }

  /// Whole variables from 0 to 1.
  public var binaries = 0
  /// Other whole variables.
  public var integers = 0
  /// All other variables.
  public var continuous = 0
  /// Rows without a formula.
  public var linearRows = 0
  /// Rows with a formula.
  public var nonlinearRows = 0
  /// Counted among `linearRows` too.
  public var bigMRows = 0
  /// Over the rows and the objective.
  public var meanTerms = 0.0

  /// Counts a program. Cost: one pass over its entries.
  public init(_ program: FormulaProgram) {
    let form = program.linear
    var isBinary = [Bool](repeating: false, count: form.variableCount)
    for j in isBinary.indices {
      switch form.kinds[j] {
      case .integer where form.columnLower[j] == 0 && form.columnUpper[j] == 1:
        isBinary[j] = true
        binaries += 1
      case .integer, .semiinteger: integers += 1
      default: continuous += 1
      }
    }
    var terms = [Int](repeating: 0, count: form.constraintCount)
    var largestBinary = [Double](repeating: 0, count: form.constraintCount)
    var largestOther = [Double](repeating: 0, count: form.constraintCount)
    for j in isBinary.indices {
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        let row = Int(form.matrix.rows[p]), size = abs(form.matrix.values[p])
        terms[row] += 1
        if isBinary[j] {
          largestBinary[row] = max(largestBinary[row], size)
        } else {
          largestOther[row] = max(largestOther[row], size)
        }
      }
    }
    for row in terms.indices {
      guard program.rows[row] == nil else {
        nonlinearRows += 1
        terms[row] += Self.summands(program.rows[row], program.graph)
        continue
      }
      linearRows += 1
      let isOneSided = form.rowLower[row] == -.infinity || form.rowUpper[row] == .infinity
      if isOneSided, largestOther[row] > 0, largestBinary[row] > largestOther[row] { bigMRows += 1 }
    }
    let goal = form.costs.count { $0 != 0 } + Self.summands(program.objective, program.graph)
    meanTerms = Double(terms.reduce(goal, +)) / Double(terms.count + 1)
  }

  /// S.
  public func score(_ weights: Weights = Weights()) -> Double {
    let variables =
      weights.binary * Double(binaries) + weights.integer * Double(integers) + weights.continuous * Double(continuous)
    let rows =
      weights.linear * Double(linearRows) + weights.nonlinear * Double(nonlinearRows) + weights.bigM * Double(bigMRows)
    return variables + rows + weights.terms * meanTerms
  }

  private static func summands(_ node: FormulaGraph.Node?, _ graph: FormulaGraph) -> Int {
    guard let node else { return 0 }
    return graph.operations[Int(node)] == .sum ? graph.range(of: node).count : 1
  }
}
