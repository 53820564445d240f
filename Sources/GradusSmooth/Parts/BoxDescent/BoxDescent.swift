// SPDX-License-Identifier: Apache-2.0
package import GradusCore
package import GradusNumerics

/// Quasi-Newton descent in a box, as a machine that wants values with gradients at points and is told them.
///
///     d = z − x, z the minimizer of the model on the face of its Cauchy point;   x⁺ = x + t·d,  t a strong Wolfe step
///
/// Where a search fails the pairs are forgotten once; where it fails along the projected gradient too, the descent ends.
package struct BoxDescent: BoxIterate, Sendable, Codable {
  package struct Rules: Sendable, Codable, Hashable {
    package var memory = 10
    package var decrease = 1e-4
    package var curvature = 0.9

    package init() {}
  }

  package let rules: Rules
  package let box: Box
  package private(set) var x: Vector
  /// f(x) and ∇f(x); nil before the first answer.
  package private(set) var here: Linearization<Vector>?
  /// |x − P(x − ∇f(x))|.
  package private(set) var measure: Double?
  package private(set) var claim: Claim?
  /// The point asked about.
  package private(set) var wanted: Vector
  private var model = CompactBFGS()
  private var direction: Vector = []
  private var search: StrongWolfeSearch?
  /// The lowest trial of the present search.
  private var lowest: Trial?
  /// Accepted steps in a row without a lower value or a clearly smaller measure.
  private var idle = 0
  private var smallest = Double.infinity

  private struct Trial: Sendable, Codable {
    var point: Vector
    var answer: Linearization<Vector>
  }

  package init(_ rules: Rules, from start: Vector, in box: Box) {
    self.rules = rules
    self.box = box
    x = box.projection(of: start)
    wanted = x
  }

  /// Takes f and ∇f at `wanted` in.
  package mutating func advance(_ answer: Linearization<Vector>) {
    guard claim == nil else { return }
    guard let here, var search else {
      guard answer.isFinite else {
        claim = .failed
        return
      }
      return arrive(at: wanted, answer)
    }
    let isFinite = answer.isFinite
    let slope = isFinite ? answer.gradient.inner(direction) : .nan
    let next = search.advance(value: isFinite ? answer.value : .nan, slope: slope)
    self.search = search
    let isLowest = isFinite && answer.value < lowest?.answer.value ?? here.value
    if let next {
      if isLowest { lowest = Trial(point: wanted, answer: answer) }
      wanted = point(next)
    } else if search.outcome == .satisfied {
      accept(Trial(point: wanted, answer: answer))
    } else if let trial = isLowest ? Trial(point: wanted, answer: answer) : lowest {
      accept(trial)
    } else {
      retry(here)
    }
  }

  private func point(_ step: Double) -> Vector { box.projection(of: x.moved(step, along: direction)) }

  private mutating func accept(_ trial: Trial) {
    guard let here else { return }
    idle = trial.answer.value < here.value - 2 * here.value.ulp ? 0 : idle + 1
    model.remember(step: trial.point - x, change: trial.answer.gradient - here.gradient, memory: rules.memory)
    arrive(at: trial.point, trial.answer)
  }

  private mutating func arrive(at point: Vector, _ answer: Linearization<Vector>) {
    x = point
    here = answer
    let pull = box.pull(of: answer.gradient, at: x)
    measure = pull
    if pull < 0.5 * smallest {
      smallest = pull
      idle = 0
    }
    if answer.value < -1e20 {
      claim = .unbounded
    } else if idle >= 5 {
      // Values that no longer fall are rounding errors.
      claim = claimAtRest
    } else {
      begin(answer)
    }
  }

  private mutating func retry(_ here: Linearization<Vector>) {
    if model.pairs.isEmpty {
      claim = claimAtRest
    } else {
      model.clear()
      begin(here)
    }
  }

  /// A new direction and a new search along it.
  private mutating func begin(_ here: Linearization<Vector>) {
    lowest = nil
    guard let measure, measure > 0 else {
      claim = .stationary
      return
    }
    direction = CauchyPoint(model, at: x, gradient: here.gradient, in: box).target() - x
    if x.indices.allSatisfy({ abs(direction[$0]) <= 8 * x[$0].ulp }) {
      claim = claimAtRest
      return
    }
    let slope = direction.inner(here.gradient)
    guard slope < 0 else { return retry(here) }
    var farthest = 1e20
    for i in x.indices {
      let d = direction[i]
      if d > 0 { farthest = min(farthest, (box.upper[i] - x[i]) / d) }
      if d < 0 { farthest = min(farthest, (box.lower[i] - x[i]) / d) }
    }
    let isFirst = model.pairs.isEmpty && !box.isBounded
    let search = StrongWolfeSearch(
      value: here.value, slope: slope, step: isFirst ? min(1, 1 / direction.norm) : 1, decrease: rules.decrease,
      curvature: max(rules.curvature, 2 * rules.decrease), maximum: max(1, farthest))
    self.search = search
    if search.outcome == .stalled { return retry(here) }
    wanted = point(search.step)
    if wanted == x { retry(here) }
  }
}
