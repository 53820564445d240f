// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Branch and bound that proves that no point of an integer program is better than a value.
///
/// Boxes are narrowed by the rows and split at a fractional variable, chosen by pseudocosts that start with strong branching.
/// A box counts as closed only when its rows are out of reach, or when multipliers prove it empty or no better than the
/// target, all with safe rounding; the solver of the relaxations only suggests the multipliers.
struct OptimalityProof {
  typealias Relaxation = (_ lower: [Double], _ upper: [Double]) throws -> LinearAnswer

  enum Outcome {
    case proved
    /// A point that is feasible within the tolerances and better than the target.
    case better([Double])
    /// Why some box stayed open.
    case open(String)
  }

  private let relaxation: SafeRelaxation
  private let solve: Relaxation
  private let verification: Verification
  private let nodeLimit: Int
  private let deadline: ProofDeadline
  private(set) var nodes = 0
  /// Sum and number of the gains per unit, downwards and upwards.
  private var gains: [[(sum: Double, count: Int)]]

  private var form: StandardForm { relaxation.form }

  init(_ verification: Verification, nodeLimit: Int, deadline: ProofDeadline, solve: @escaping Relaxation) {
    self.verification = verification
    relaxation = SafeRelaxation(verification.form)
    self.nodeLimit = nodeLimit
    self.deadline = deadline
    self.solve = solve
    gains = [[(sum: Double, count: Int)]](
      repeating: [(0, 0), (0, 0)], count: verification.form.variableCount)
  }

  private struct Box {
    var lower: [Double]
    var upper: [Double]
  }

  /// `target` is in the sense of minimization: boxes with a bound of at least that are closed.
  mutating func run(target: Double) throws -> Outcome {
    let form = form
    var root = Box(lower: form.columnLower, upper: form.columnUpper)
    for j in form.kinds.indices where form.kinds[j].isIntegral {
      root.lower[j] = root.lower[j].rounded(.up)
      root.upper[j] = root.upper[j].rounded(.down)
    }
    var stack = [root]
    while let box = stack.popLast() {
      nodes += 1
      if nodes > nodeLimit { return .open("\(nodeLimit) boxes were not enough") }
      if deadline.hasPassed { return .open("the time is over after \(nodes) boxes") }
      switch try work(box, target) {
      case .closed: break
      case .better(let point): return .better(point)
      case .stuck(let why): return .open(why)
      case .split(let children): stack += children
      }
    }
    return .proved
  }

  private enum Work {
    case closed
    case better([Double])
    case stuck(String)
    case split([Box])
  }

  private mutating func work(_ given: Box, _ target: Double) throws -> Work {
    var box = given
    guard zip(box.lower, box.upper).allSatisfy({ $0 <= $1 }),
      relaxation.tighten(&box.lower, &box.upper, passes: nodes == 1 ? 20 : 3)
    else { return .closed }
    for _ in 0..<3 {
      let answer = try solve(box.lower, box.upper)
      switch answer.status {
      case .infeasible:
        if let ray = answer.ray, relaxation.isEmpty(ray.elements, box.lower, box.upper) { return .closed }
        return halve(box) ?? .stuck("a box is empty by the word of \(answer.source) only")
      case .optimal:
        guard let x = answer.primal?.elements, let duals = answer.duals?.elements else { break }
        let y = duals.map { relaxation.sign * $0 }
        let (bound, prices) = relaxation.bound(y, box.lower, box.upper)
        if isClosed(bound, target) { return .closed }
        if fix(&box, prices, bound, target) {
          if !zip(box.lower, box.upper).allSatisfy({ $0 <= $1 }) { return .closed }
          continue
        }
        return try branch(box, x, bound, target)
      default: return halve(box) ?? .stuck("\(answer.source) could not solve the relaxation of a box")
      }
    }
    let answer = try solve(box.lower, box.upper)
    guard answer.status == .optimal, let x = answer.primal?.elements else {
      return halve(box) ?? .stuck("\(answer.source) could not solve the relaxation of a box")
    }
    return try branch(box, x, -.infinity, target)
  }

  /// The bound, moved up to the next value that the objective can have, reaches the target.
  private func isClosed(_ bound: Double, _ target: Double) -> Bool {
    guard bound > -.infinity else { return false }
    return bound >= target || relaxation.sign * verification.onGrid(relaxation.sign * bound) >= target
  }

  /// Cuts off integer values that their reduced cost alone makes too expensive; true when something changed.
  private func fix(_ box: inout Box, _ prices: [DirectedSum], _ bound: Double, _ target: Double) -> Bool {
    guard bound > -.infinity else { return false }
    let room = DirectedSum.sumUp(target, -bound)
    var changed = 0
    for j in prices.indices where form.kinds[j].isIntegral && box.lower[j] < box.upper[j] {
      let price = prices[j]
      let rate = max(price.lower, -price.upper)
      guard rate > 1e-9 else { continue }
      let steps = ((room / rate).nextUp + 1e-9).rounded(.down)
      guard steps < box.upper[j] - box.lower[j] else { continue }
      if price.lower > 0 {
        box.upper[j] = box.lower[j] + max(0, steps)
      } else {
        box.lower[j] = box.upper[j] - max(0, steps)
      }
      changed += 1
    }
    return changed > 0 && 10 * changed > prices.count
  }

  /// Splits the widest integer variable that is not fixed; nil when there is none.
  private func halve(_ box: Box) -> Work? {
    let open = form.kinds.indices.filter {
      form.kinds[$0].isIntegral && box.lower[$0] < box.upper[$0] && box.lower[$0].isFinite && box.upper[$0].isFinite
    }
    guard let j = open.max(by: { box.upper[$0] - box.lower[$0] < box.upper[$1] - box.lower[$1] }) else { return nil }
    return .split(children(box, j, at: ((box.lower[j] + box.upper[j]) / 2).rounded(.down)))
  }

  private func children(_ box: Box, _ j: Int, at value: Double) -> [Box] {
    var (down, up) = (box, box)
    down.upper[j] = value
    up.lower[j] = value + 1
    return [down, up]
  }

  private mutating func branch(_ box: Box, _ x: [Double], _ bound: Double, _ target: Double) throws -> Work {
    let fractional = x.indices.filter {
      form.kinds[$0].isIntegral && abs(x[$0] - x[$0].rounded()) > 1e-6 && box.lower[$0] < box.upper[$0]
    }
    if fractional.isEmpty {
      let point = x.indices.map { form.kinds[$0].isIntegral ? x[$0].rounded() : x[$0] }
      if let better = improvement(point, target) { return .better(better) }
      return halve(box) ?? .stuck("rounding leaves a box open")
    }
    func score(_ j: Int) -> Double {
      let f = x[j] - x[j].rounded(.down)
      func gain(_ side: Int) -> Double {
        let (sum, count) = gains[j][side]
        return (count > 0 ? sum / Double(count) : 1) * (side == 0 ? f : 1 - f)
      }
      return max(gain(0), 1e-9) * max(gain(1), 1e-9)
    }
    var ranked = fractional.sorted { (score($0), $1) > (score($1), $0) }
    let unknown = ranked.filter { gains[$0].contains { $0.count < 2 } }.prefix(8)
    for j in unknown {
      for side in 0...1 {
        var child = children(box, j, at: x[j].rounded(.down))[side]
        if !relaxation.tighten(&child.lower, &child.upper, passes: 1) { continue }
        let answer = try solve(child.lower, child.upper)
        let distance = side == 0 ? x[j] - x[j].rounded(.down) : x[j].rounded(.up) - x[j]
        let base = relaxation.sign * form.objective(at: Vector(x))
        let gain = answer.objective.map { max(0, relaxation.sign * $0 - base) } ?? max(0, target - base)
        gains[j][side].sum += gain / max(distance, 1e-6)
        gains[j][side].count += 1
      }
    }
    ranked.sort { (score($0), $1) > (score($1), $0) }
    let chosen = ranked[0]
    let pair = children(box, chosen, at: x[chosen].rounded(.down))
    // The nearer side is worked on first.
    return .split(x[chosen] - x[chosen].rounded(.down) > 0.5 ? pair : [pair[1], pair[0]])
  }

  /// The point when it is feasible and clearly better than the target.
  private func improvement(_ x: [Double], _ target: Double) -> [Double]? {
    let violation = Violation(verification.view, x)
    let value = relaxation.sign * verification.view.objective(x).rounded
    guard value < target, violation.relative <= 1e-9, violation.integrality == 0 else { return nil }
    return x
  }
}
