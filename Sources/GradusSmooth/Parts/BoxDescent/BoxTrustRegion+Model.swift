// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension BoxTrustRegion {
  /// A step with its Hessian product and model value.
  struct ModelStep: Sendable, Codable {
    var s: Vector = []
    var image: Vector = []
    var value = 0.0
  }

  /// The projected search for a Cauchy step.
  struct CauchyWalk: Sendable, Codable {
    /// t, and the step it leads to.
    var length = 0.0
    var step: Vector = []
    /// The last one that passed, with its t.
    var best: ModelStep?
    var bestLength = 0.0
    var tries = 0
    var hasFailed = false
  }

  /// The projected search along a direction on a face.
  struct FaceSearch: Sendable, Codable {
    var w: Vector = []
    var image: Vector = []
    var beta = 1.0
    /// The step asked about.
    var step: Vector = []
    var tries = 0
  }

  // MARK: Cauchy step

  private func cauchyStep(_ here: Linearization<Vector>, _ t: Double) -> Vector {
    var s = preconditioned(here.gradient)
    for i in s.indices { s[i] = min(max(x[i] - t * s[i], box.lower[i]), box.upper[i]) - x[i] }
    return s
  }

  mutating func beginCauchy(_ here: Linearization<Vector>) {
    cauchy = CauchyWalk()
    cauchy.length = length > 0 ? length : min(1, radius / slope)
    shorten(here)
  }

  /// The longest t not above the present one whose step lies in the ball, within a factor.
  private mutating func shorten(_ here: Linearization<Vector>) {
    for _ in 0..<200 {
      cauchy.step = cauchyStep(here, cauchy.length)
      let size = size(cauchy.step)
      if size <= radius {
        if size > 0 { phase = .cauchy } else { rest() }
        return
      }
      cauchy.length *= max(0.01, min(0.5, 0.9 * radius / size))
    }
    rest()
  }

  mutating func advanceCauchy(_ product: Vector) {
    guard let here else { return }
    let slope = here.gradient.inner(cauchy.step)
    let value = slope + 0.5 * cauchy.step.inner(product)
    cauchy.tries += 1
    if value.isFinite, value <= Self.decrease * slope {
      let known = ModelStep(s: cauchy.step, image: product, value: value)
      if cauchy.best.map({ value <= $0.value }) ?? true {
        cauchy.best = known
        cauchy.bestLength = cauchy.length
      }
      // A step on which the model fell nearly as its slope says may go farther.
      if !cauchy.hasFailed, cauchy.tries < 4, value <= 0.7 * slope, size(cauchy.step) < 0.5 * radius {
        let longer = cauchyStep(here, 10 * cauchy.length)
        if longer != cauchy.step {
          cauchy.length *= 10
          return shorten(here)
        }
      }
      return settleCauchy()
    }
    cauchy.hasFailed = true
    if cauchy.best != nil { return settleCauchy() }
    guard cauchy.tries < 60 else { return rest() }
    let bend = value - slope
    let fraction = bend > 0 && bend.isFinite ? -slope / (2 * bend) : 0.1
    cauchy.length *= min(0.5, max(0.01, fraction))
    shorten(here)
  }

  private mutating func settleCauchy() {
    guard let best = cauchy.best else { return rest() }
    step = best
    length = cauchy.bestLength
    cauchy = CauchyWalk()
    isOnBoundary = size(step.s) >= 0.99 * radius
    beginFace()
  }

  // MARK: Faces

  /// Conjugate gradients on the entries of x + s inside their bounds; straight to the trial when none is left to gain.
  private mutating func beginFace() {
    guard let here, let measure else { return }
    var r = here.gradient + step.image
    var face = [Bool](repeating: false, count: r.count)
    for i in r.indices {
      let at = x[i] + step.s[i]
      face[i] = at > box.lower[i] && at < box.upper[i]
      r[i] = face[i] ? -r[i] : 0
    }
    let z = preconditioned(r)
    let square = r.inner(z)
    let tolerance = min(0.1, measure) * slope
    guard !isOnBoundary, faces < 20, square.squareRoot() > tolerance else { return propose() }
    faces += 1
    phase = .face(
      FaceDescent(
        from: step.s, on: face, residual: r, preconditioned: z, weights: weights, radius: radius, target: tolerance,
        limit: min(rules.products, 2 * x.count + 10)))
  }

  mutating func beginSearch(_ descent: FaceDescent) {
    if descent.isOnBoundary { isOnBoundary = true }
    search = FaceSearch(w: descent.step, image: descent.image)
    trySearch()
  }

  /// The step at β, without a question where the box clips nothing.
  private mutating func trySearch() {
    var candidate = step.s.moved(search.beta, along: search.w)
    var isClipped = false
    for i in candidate.indices {
      let at = x[i] + candidate[i]
      if at < box.lower[i] {
        candidate[i] = box.lower[i] - x[i]
        isClipped = true
      } else if at > box.upper[i] {
        candidate[i] = box.upper[i] - x[i]
        isClipped = true
      }
    }
    search.step = candidate
    if isClipped {
      phase = .searching
    } else {
      advanceSearch(step.image.moved(search.beta, along: search.image))
    }
  }

  mutating func advanceSearch(_ product: Vector) {
    guard let here else { return }
    let value = here.gradient.inner(search.step) + 0.5 * search.step.inner(product)
    let change = search.step - step.s
    let slope = min(0, here.gradient.inner(change) + step.image.inner(change))
    search.tries += 1
    if value.isFinite, value <= step.value + Self.decrease * slope {
      let isWorth = value < step.value
      step = ModelStep(s: search.step, image: product, value: value)
      if search.beta < 1 { isOnBoundary = false }
      return isWorth ? beginFace() : propose()
    }
    guard search.tries < 8 else { return propose() }
    if search.tries < 6 {
      search.beta *= 0.5
    } else {
      search.beta = min(0.5 * search.beta, firstBreak())
    }
    guard search.beta > 0 else { return propose() }
    trySearch()
  }

  /// The largest β without an entry beyond its bound.
  private func firstBreak() -> Double {
    var least = 1.0
    for i in search.w.indices {
      let (at, d) = (x[i] + step.s[i], search.w[i])
      if d > 0 { least = min(least, (box.upper[i] - at) / d) }
      if d < 0 { least = min(least, (box.lower[i] - at) / d) }
    }
    return max(0, least)
  }
}
