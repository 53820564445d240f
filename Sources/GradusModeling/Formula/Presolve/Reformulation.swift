// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusNumerics

/// A point of a program with its prices, ∂objective/∂side a row and ∂objective/∂bound a variable, in the user's sense.
public struct ProgramAnswer: Sendable, Hashable {
  public var point: Vector
  public var multipliers: Vector
  public var reducedCosts: Vector

  public init(point: Vector, multipliers: Vector, reducedCosts: Vector) {
    self.point = point
    self.multipliers = multipliers
    self.reducedCosts = reducedCosts
  }
}

/// A program restated, with the way back: an optimal answer of `target` becomes one of the source.
public protocol Reformulation: Sendable {
  /// The program to be solved instead.
  var target: FormulaProgram { get }
  /// The answer to the source that belongs to an answer of `target`: its point, with multipliers of all rows and reduced
  /// costs of all variables. Cost: one gradient at most.
  func restored(_ answer: ProgramAnswer) -> ProgramAnswer
}

/// Reformulations one after the other, until none finds anything to do.
///
///     rows without entries and repeated rows → singleton rows → fixed variables → …
public struct ProgramPresolve: Reformulation {
  public private(set) var steps: [any Reformulation] = []
  public private(set) var target: FormulaProgram
  /// Why nothing is feasible, where that was found.
  public private(set) var contradiction: String?

  /// Cost: linear in the program for each round; at most ten rounds. With `tightening` the bounds of all variables are
  /// tightened by interval arithmetic in the end; the prices of such bounds are then prices of the rows they follow from and
  /// are left with the variables.
  public init(_ program: FormulaProgram, tightening: Bool = false) {
    target = program
    for _ in 0..<10 {
      let count = steps.count
      do throws(ContradictoryProgram) {
        if let step = try RepeatedRows(target) { add(step) }
        if let step = try SingletonRows(target) { add(step) }
        if let step = try FixedVariables(target) { add(step) }
      } catch {
        contradiction = error.description
        return
      }
      if steps.count == count { break }
    }
    guard tightening else { return }
    var sweep = IntervalSweep(target)
    var box = sweep.box
    guard sweep.tighten(&box) else {
      contradiction = "interval arithmetic finds no point within the bounds that satisfies all rows"
      return
    }
    for j in box.indices
    where target.linear.kinds[j] == .continuous || target.linear.kinds[j] == .integer {
      target.linear.columnLower[j] = max(target.linear.columnLower[j], box[j].lower)
      target.linear.columnUpper[j] = min(target.linear.columnUpper[j], box[j].upper)
    }
  }

  private mutating func add(_ step: any Reformulation) {
    steps.append(step)
    target = step.target
  }

  public func restored(_ answer: ProgramAnswer) -> ProgramAnswer {
    steps.reversed().reduce(answer) { $1.restored($0) }
  }
}

/// Two statements of a program that exclude each other.
public struct ContradictoryProgram: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String
}

extension FormulaProgram {
  /// The program with some of its rows, and with other sides and bounds.
  func keeping(rows kept: [Int], sides: [Int: (Double, Double)] = [:]) -> FormulaProgram {
    var place = [Int](repeating: -1, count: constraintCount)
    for (k, i) in kept.enumerated() { place[i] = k }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<variableCount {
      for p in linear.matrix.range(ofColumn: j) where place[Int(linear.matrix.rows[p])] >= 0 {
        triplets.append((place[Int(linear.matrix.rows[p])], j, linear.matrix.values[p]))
      }
    }
    return restated(
      matrix: SparseMatrix(rowCount: kept.count, columnCount: variableCount, triplets: triplets),
      lower: kept.map { sides[$0]?.0 ?? linear.rowLower[$0] },
      upper: kept.map { sides[$0]?.1 ?? linear.rowUpper[$0] },
      rowNames: kept.map { linear.rowNames[$0] }, rows: kept.map { rows[$0] })
  }

  private func restated(
    matrix: SparseMatrix, lower: [Double], upper: [Double], rowNames: [String],
    rows: [FormulaGraph.Node?]
  ) -> FormulaProgram {
    var form = StandardForm(
      costs: linear.costs, matrix: matrix, rowLower: lower, rowUpper: upper,
      columnLower: linear.columnLower,
      columnUpper: linear.columnUpper, kinds: linear.kinds, rowNames: NameTable(rowNames),
      columnNames: linear.columnNames)
    form.name = linear.name
    form.sense = linear.sense
    form.objectiveName = linear.objectiveName
    form.objectiveOffset = linear.objectiveOffset
    var result = FormulaProgram(
      linear: form, graph: graph, objective: objective, rows: rows, start: start)
    result.hasStart = hasStart
    return result
  }
}
