// SPDX-License-Identifier: Apache-2.0

/// Linear equations over doubles, solved exactly.
///
///     Σⱼ aᵢⱼ xⱼ = bᵢ
///
/// A largest regular part is found by elimination modulo a prime; it is solved by lifting digits of base p until rational
/// numbers fit them, and these are then checked in the equations themselves. Unknowns beside the part keep the numbers
/// given, equations beside it are left to the caller to check.
/// Source: Dixon, *Exact solution of linear equations using p-adic expansions*, Numerische Mathematik 40 (1982).
struct ExactSystem {
  typealias Equation = [(index: Int, value: Double)]

  /// Rows of equations over unknowns 0..<n.
  var equations: [Equation]
  var sides: [DyadicSum]
  /// What unknowns are that the equations leave open.
  var given: [Double]
  /// Equations of a lower class are satisfied before those of a higher one, where not all can be.
  var classes: [Int]?

  /// Why there is no solution to hand out.
  enum Obstacle: Error { case time, size }

  /// All unknowns; throws when the deadline comes first or numbers outgrow memory.
  func solve(by deadline: ProofDeadline) throws(Obstacle) -> ExactVector {
    let factor = ModularFactor(
      rows: equations.map { $0.map { (column: $0.index, value: $0.value) } }, columnCount: given.count,
      rowClass: classes, deadline: deadline)
    guard let factor else { throw .time }
    var place = [Int](repeating: -1, count: given.count)
    for (k, pivot) in factor.pivots.enumerated() { place[pivot.column] = k }
    // The regular part, in the order of the pivots, with what is fixed brought to the right side.
    var part: [Equation] = []
    var right: [DyadicSum] = []
    for pivot in factor.pivots {
      var side = sides[pivot.row]
      var equation: Equation = []
      for (j, value) in equations[pivot.row] {
        if place[j] >= 0 {
          equation.append((place[j], value))
        } else if given[j] != 0 {
          side.add(-value, times: given[j])
        }
      }
      part.append(equation)
      right.append(side)
    }
    let rows = factor.pivots.map(\.row)
    let columns = factor.pivots.map(\.column)
    var lifting = Lifting(part, right) { residual in
      var b = [UInt](repeating: 0, count: equations.count)
      for k in rows.indices { b[rows[k]] = residual[k] }
      var x = [UInt](repeating: 0, count: given.count)
      factor.solve(&b, into: &x)
      return columns.map { x[$0] }
    }
    let solved = try lifting.solution(by: deadline)
    var all = given.map { ExactRatio($0) }
    for (k, j) in columns.enumerated() { all[j] = solved[k] }
    return ExactVector(all)
  }
}

extension DyadicSum {
  /// Adds the product of two doubles.
  mutating func add(_ value: Double, times factor: Double) {
    let dyadic = Dyadic(factor)
    let other = Dyadic(value)
    add(BigInteger(dyadic.mantissa) * BigInteger(other.mantissa), exponent: dyadic.exponent + other.exponent)
  }

  /// Adds integer · 2^exponent.
  mutating func add(_ integer: BigInteger, exponent other: Int) {
    if integer.isZero { return }
    if total.isZero {
      self = DyadicSum(integer, exponent: other)
    } else if other >= exponent {
      self = DyadicSum(total + integer.shifted(left: other - exponent), exponent: exponent)
    } else {
      self = DyadicSum(total.shifted(left: exponent - other) + integer, exponent: other)
    }
  }
}
