// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A primal and dual answer, scaled: x, row multipliers, reduced costs, and how far it is from what must hold.
struct InteriorPointAnswer: Sendable {
  var x: [Double]
  var y: [Double]
  var z: [Double]
  var worst = Double.infinity
}

extension InteriorPointEngine {
  /// The iterate or what it becomes when the sides with z > t are taken as equations, whichever violates less.
  ///
  /// On the guessed active set the optimality conditions are one linear system, the matrix of an iteration with Θ → ∞ on
  /// active bounds and Δ → ∞ on inactive rows; its solution leaves no complementarity error. Cost: about one iteration.
  /// Reference: Stellato et al., *Math. Prog. Comp.* 12 (2020) 637–672, §4.
  mutating func answer() -> InteriorPointAnswer {
    let own = audited(
      InteriorPointAnswer(x: Array(iterate.w.elements[0..<n]), y: iterate.y.elements, z: scaledReducedCosts))
    guard own.worst > 1e-12 else { return own }
    var best = own
    var from = own
    var sides = activeSides
    for round in 0..<8 {
      guard let next = polished(from, sides) else { break }
      let gained = next.worst < best.worst
      if gained { best = next }
      if round > 0 && (best.worst <= scaling.tolerance || !gained && round > 3) { break }
      // Sides that were guessed wrong show as values outside their bounds or multipliers of the wrong sign.
      guard repair(&sides, next) || gained else { break }
      from = next
    }
    return best
  }

  private var scaledReducedCosts: [Double] {
    var z = [Double](repeating: 0, count: n)
    for (p, k) in lowerList.enumerated() where Int(k) < n { z[Int(k)] += iterate.lowerDual[p] }
    for (p, k) in upperList.enumerated() where Int(k) < n { z[Int(k)] -= iterate.upperDual[p] }
    return z
  }

  /// −1, +1 or 0: which side of each entry of (x, s) is active.
  private var activeSides: [Int8] {
    var sides = [Int8](repeating: 0, count: n + m)
    for (p, k) in lowerList.enumerated() where iterate.lowerDual[p] > iterate.lowerSlack[p] { sides[Int(k)] = -1 }
    for (p, k) in upperList.enumerated() where iterate.upperDual[p] > iterate.upperSlack[p] { sides[Int(k)] = 1 }
    return sides
  }

  /// Frees sides whose multiplier has the wrong sign and takes in those that are violated; false when none changed.
  private func repair(_ sides: inout [Int8], _ at: InteriorPointAnswer) -> Bool {
    let (gradient, product) = products(at.x, at.y)
    var changed = false
    for k in 0..<n + m where !isFixed[k] {
      let (value, slope) = k < n ? (at.x[k], gradient[k]) : (product[k - n], at.y[k - n])
      let slack = 1e-11 * max(1, abs(value))
      var side = sides[k]
      if side == 0 {
        if value <= lower[k] + (k < n ? 0 : -slack) { side = -1 }
        if value >= upper[k] + (k < n ? 0 : slack) { side = 1 }
      } else if Double(side) * slope > 1e-14 {
        side = 0
      }
      if side != sides[k] { changed = true }
      sides[k] = side
    }
    return changed
  }

  private mutating func polished(_ from: InteriorPointAnswer, _ sides: [Int8]) -> InteriorPointAnswer? {
    let big = 1e8
    let (gradient, product) = products(from.x, from.y)
    for k in 0..<n + m {
      scratch.diagonal[k] = kkt.fixedDiagonal[k]
      let side = sides[k] < 0 ? lower[k] : upper[k]
      if k < n {
        if sides[k] != 0 { scratch.diagonal[k] += big }
        scratch.rhs[k] = sides[k] != 0 ? big * (side - from.x[k]) : -gradient[k]
      } else if isFixed[k] || sides[k] != 0 {
        scratch.rhs[k] = (isFixed[k] ? lower[k] : side) - product[k - n]
      } else {
        scratch.diagonal[k] -= big
        scratch.rhs[k] = -big * from.y[k - n]
      }
    }
    guard kkt.factorize(diagonal: scratch.diagonal, shift: shift) else { return nil }
    let error = kkt.solve(
      scratch.rhs, into: &scratch.solution, residual: &scratch.residual, correction: &scratch.correction,
      diagonal: scratch.diagonal, steps: 6, tolerance: 1e-15)
    guard error.isFinite else { return nil }
    var next = from
    for k in 0..<n {
      next.x[k] = sides[k] < 0 ? lower[k] : sides[k] > 0 ? upper[k] : from.x[k] + scratch.solution[k]
      next.x[k] = min(max(next.x[k], lower[k]), upper[k])
    }
    for i in 0..<m {
      next.y[i] = isFixed[n + i] || sides[n + i] != 0 ? from.y[i] - scratch.solution[n + i] : 0
    }
    let reduced = products(next.x, next.y).gradient
    for k in 0..<n { next.z[k] = sides[k] == 0 || Double(sides[k]) * reduced[k] > 0 ? 0 : reduced[k] }
    return audited(next)
  }

  /// (Qx + c − Aᵀy, Ax).
  private func products(_ x: [Double], _ y: [Double]) -> (gradient: [Double], product: [Double]) {
    let input = x + y.map { -$0 }
    var output = [Double](repeating: 0, count: n + m)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let input = input.baseAddress, let output = output.baseAddress else { return }
        kkt.multiply(input, into: output)
      }
    }
    return ((0..<n).map { output[$0] + costs[$0] }, (0..<m).map { output[n + $0] - softness * y[$0] })
  }

  /// Violations as a judge of the program counts them: multipliers of sides that are not there are taken out first, and
  /// every product of a multiplier and the distance from its side adds to the gap.
  private func audited(_ given: InteriorPointAnswer) -> InteriorPointAnswer {
    var answer = given
    for k in 0..<n {
      answer.x[k] = min(max(answer.x[k], lower[k]), upper[k])
      if (answer.z[k] > 0 ? lower[k] : upper[k]).isInfinite { answer.z[k] = 0 }
    }
    for i in 0..<m where (answer.y[i] > 0 ? lower[n + i] : upper[n + i]).isInfinite { answer.y[i] = 0 }
    let (gradient, product) = products(answer.x, answer.y)
    var (primal, dual, gap) = (0.0, 0.0, 0.0)
    for k in 0..<n {
      let z = answer.z[k]
      dual = max(dual, abs(gradient[k] - z) * scaling.dual[k])
      gap += abs((gradient[k] - z) * answer.x[k])
      if z != 0 { gap += abs(z * (answer.x[k] - (z > 0 ? lower[k] : upper[k]))) }
    }
    for i in 0..<m {
      let k = n + i
      primal = max(primal, max(lower[k] - product[i], product[i] - upper[k]) * scaling.primal[k])
      let y = answer.y[i]
      if y != 0 { gap += abs(y * (product[i] - (y > 0 ? lower[k] : upper[k]))) }
    }
    gap /= scaling.objectiveScale * max(1, abs(measures.value))
    let worst = max(primal, dual, gap)
    answer.worst = worst.isNaN || gap.isNaN || dual.isNaN ? .infinity : worst
    return answer
  }

  /// x, unscaled.
  func unscaled(x: [Double]) -> [Double] { x.indices.map { x[$0] * kkt.scales[$0] } }
  /// y, unscaled.
  func unscaled(y: [Double]) -> [Double] { y.indices.map { y[$0] * kkt.scales[n + $0] / kkt.objectiveScale } }
  /// z, unscaled.
  func unscaled(z: [Double]) -> [Double] { z.indices.map { z[$0] / (kkt.scales[$0] * kkt.objectiveScale) } }
}
