// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// The first local minimizer of a quasi-Newton model along the projected gradient, and the model's minimizer on the face
/// that it lies on:
///
///     m(z) = gᵀ(z − x) + ½(z − x)ᵀB(z − x),   x(t) = P(x − t·g);     z_F = argmin m with the other entries held
///
/// **Reference** R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, *A limited memory algorithm for bound constrained optimization*,
/// SIAM J. Sci. Comput. 16 (1995), algorithm CP and (5.11); the projection instead of a truncated step is that of
/// J. L. Morales, J. Nocedal, ACM TOMS 38 (2011).
struct CauchyPoint {
  private let model: CompactBFGS
  private let box: Box
  private let x: Vector
  private let gradient: Vector
  private var point: Vector
  /// Wᵀ(point − x).
  private var image: [Double]

  init(_ model: CompactBFGS, at x: Vector, gradient: Vector, in box: Box) {
    self.model = model
    self.box = box
    self.x = x
    self.gradient = gradient
    point = x
    image = [Double](repeating: 0, count: model.width)
    walk()
  }

  /// From breakpoint to breakpoint of the projected gradient, until the model would rise.
  private mutating func walk() {
    var d = Vector.zeros(x.count)
    var breaks: [(time: Double, index: Int32)] = []
    for i in x.indices {
      let g = gradient[i]
      let bound = g < 0 ? box.upper[i] : box.lower[i]
      let time = g == 0 ? .infinity : (x[i] - bound) / g
      guard g != 0, time > 0 else { continue }
      d[i] = -g
      if time.isFinite { breaks.append((time, Int32(i))) }
    }
    let square = d.inner(d)
    guard square > 0 else { return }
    let theta = model.theta
    var p = model.transposedTimes(d)
    var slope = -square
    var curvature = theta * square - Self.inner(p, model.middleTimes(p))
    let least = 2.2e-16 * max(theta * square, abs(curvature))
    curvature = max(curvature, least)
    var step = -slope / curvature
    var time = 0.0
    // Most steps end before the first breakpoint.
    if breaks.contains(where: { $0.time <= step }) {
      breaks.sort { ($0.time, $0.index) < ($1.time, $1.index) }
      var w = [Double](repeating: 0, count: model.width)
      for (next, index) in breaks {
        let length = next - time
        if step < length { break }
        let b = Int(index)
        let g = gradient[b]
        point[b] = g < 0 ? box.upper[b] : box.lower[b]
        let z = point[b] - x[b]
        for k in p.indices { image[k] += length * p[k] }
        model.row(b, into: &w)
        let mw = model.middleTimes(w)
        slope += length * curvature + g * g + theta * g * z - g * Self.inner(mw, image)
        curvature += -theta * g * g - 2 * g * Self.inner(mw, p) - g * g * Self.inner(mw, w)
        curvature = max(curvature, least)
        for k in p.indices { p[k] += g * w[k] }
        d[b] = 0
        time = next
        step = -slope / curvature
        if !(slope < 0) {
          step = 0
          break
        }
      }
    }
    step = max(step, 0)
    if !step.isFinite { step = 0 }
    time += step
    for i in d.indices where d[i] != 0 {
      point[i] = min(max(x[i] + time * d[i], box.lower[i]), box.upper[i])
    }
    for k in p.indices { image[k] += step * p[k] }
  }

  /// The minimizer on the face of the Cauchy point, brought back into the box.
  func target() -> Vector {
    var free: [Int32] = []
    var held: [Int32] = []
    for i in point.indices {
      if point[i] > box.lower[i] && point[i] < box.upper[i] { free.append(Int32(i)) } else { held.append(Int32(i)) }
    }
    if free.isEmpty || model.width == 0 { return point }
    let candidate = held.isEmpty ? x + LBFGS.direction(model.pairs, gradient) : faceMinimizer(free, held)
    guard let candidate, candidate.isFinite else { return point }
    let projected = box.projection(of: candidate)
    if (projected - x).inner(gradient) < 0 { return projected }
    // As far as the box lets the segment from the Cauchy point go.
    var share = 1.0
    for i in free.map({ Int($0) }) {
      let d = candidate[i] - point[i]
      if d > 0 { share = min(share, (box.upper[i] - point[i]) / d) }
      if d < 0 { share = min(share, (box.lower[i] - point[i]) / d) }
    }
    return box.projection(of: point.moved(share, along: candidate - point))
  }

  /// z_F = cp_F − r/θ − W_F(I − M·W_FᵀW_F/θ)⁻¹·M·W_Fᵀr/θ², with r = (g + B(cp − x))_F.
  private func faceMinimizer(_ free: [Int32], _ held: [Int32]) -> Vector? {
    let theta = model.theta
    var reduced = gradient.moved(theta, along: point - x)
    model.addTimes(-1, model.middleTimes(image), to: &reduced)
    for i in held { reduced[Int(i)] = 0 }
    let gram = model.gram(keeping: free, dropping: held)
    let n = model.width
    var system = Matrix.identity(n)
    for j in 0..<n {
      let column = model.middleTimes(gram.column(j).elements)
      for i in 0..<n { system[i, j] -= column[i] / theta }
    }
    guard let factor = try? LUFactorization(system, on: .portable) else { return nil }
    let v = factor.solve(Vector(model.middleTimes(model.transposedTimes(reduced))))
    guard v.isFinite else { return nil }
    var step = (-1 / theta) * reduced
    model.addTimes(-1 / (theta * theta), v.elements, to: &step)
    for i in held { step[Int(i)] = 0 }
    return point + step
  }

  private static func inner(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
