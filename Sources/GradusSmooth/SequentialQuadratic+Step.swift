// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

extension SequentialQuadratic.State {
  /// Solves the quadratic program at the iterate and begins the search along its solution.
  mutating func take(_ triangle: SparseMatrix) {
    guard let values, let model = model() else { return }
    let n = x.count
    var hessian = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for p in triangle.range(ofColumn: j) {
        let i = Int(triangle.rows[p])
        hessian[i, j] += triangle.values[p]
        if i != j { hessian[j, i] += triangle.values[p] }
      }
    }
    guard hessian.isFinite else { return fail("the Hessian of the Lagrangian is not finite at an iterate") }
    let c = scaled(values)
    let excess = rows.totalExcess(values)
    guard let convex = model.convexified(hessian, active: active, boost: boost) else { return finish(.stalled) }
    var canCorrect = true
    var step: QuadraticModel.Step
    if forced == 0, let plain = model.solve(convex.factor, values: c, hint: active) {
      step = plain
      if convex.weight > 0 { correctMultipliers(&step, model, convex.weight) }
    } else {
      canCorrect = false
      forced = max(0, forced - 1)
      guard let elastic = elasticStep(model, convex.matrix, c, excess) else { return }
      step = elastic
    }
    let d = step.direction
    guard !x.isFixed(under: 1, along: d) else { return rest(step) }
    let fall = excess - step.violation
    let product = model.gradient.inner(d)
    let curvature = 0.5 * max(0, d.inner(convex.matrix.times(d)))
    var least = 1.1 * step.rows.maximumMagnitude
    if fall > 1e-300 { least = max(least, (product + curvature) / (0.9 * fall)) }
    if price < least { price = 1.2 * least } else if price > 100 * max(least, 1) { price *= 0.2 }
    let search = SequentialQuadratic.Search(
      direction: d, multipliers: step.rows, active: step.active,
      matrix: canCorrect ? Vector(convex.matrix.elements) : [],
      slope: min(0, product - price * fall), merit: merit(values))
    self.search = search
    trial = given.value.domain.projection(of: x + d)
    phase = .trial
  }

  private func model() -> QuadraticModel? {
    guard let values, let derivatives else { return nil }
    return QuadraticModel(
      rows, given.value.domain, AugmentedLagrangian.Sample(point: x, values: values, derivatives: derivatives))
  }

  private func scaled(_ values: ConstrainedValues) -> [Double] {
    values.constraints.indices.map { rows.scales[$0] * values.constraints[$0] }
  }

  /// The point does not move: with the new multipliers it is the end, or nothing helps.
  private mutating func rest(_ step: QuadraticModel.Step) {
    rows.multipliers = step.rows
    active = step.active
    if isSolved() { return finish(given.value.isConvex ? .optimal : .stationary) }
    finish(.stalled)
  }

  /// What the added normals of held sides did to the multipliers.
  private func correctMultipliers(_ step: inout QuadraticModel.Step, _ model: QuadraticModel, _ weight: Double) {
    let held = Set(step.active.map { $0 / 2 })
    for side in active where held.contains(side / 2) {
      let k = Int(side) / 2
      if k < step.rows.count { step.rows[k] += weight * model.inner(k, step.direction) }
    }
  }

  /// A step of the elastic program, at a price that makes the linearized violation fall; nil after the end was found.
  private mutating func elasticStep(
    _ model: QuadraticModel, _ matrix: Matrix, _ c: [Double], _ excess: Double
  ) -> QuadraticModel.Step? {
    var found: QuadraticModel.Step?
    while true {
      guard let step = model.solveElastic(matrix, values: c, price: price) else { break }
      found = step
      if step.violation <= 0.5 * excess || price >= 1e8 { break }
      price *= 10
    }
    guard let step = found, let values, let derivatives else {
      finish(.stalled)
      return nil
    }
    let violation = given.value.relativeViolation(values.constraints)
    if violation > 1e-6, step.violation > 0.9 * excess,
      rows.isStationary(step.rows, derivatives, at: x, in: given.value.domain)
    {
      ray = Vector(step.rows.indices.map { -rows.scales[$0] * step.rows[$0] })
      finish(.infeasible)
      return nil
    }
    return step
  }

  /// x + p, where p solves the program with the rows of the trial point; nil where there is none or it leads nowhere else.
  func correction(_ search: SequentialQuadratic.Search, _ there: ConstrainedValues) -> Vector? {
    guard let model = model() else { return nil }
    let n = x.count
    let matrix = Matrix(rowCount: n, columnCount: n, elements: search.matrix.elements)
    guard let factor = try? Cholesky(matrix, on: .portable) else { return nil }
    let c = scaled(there).enumerated().map { i, value in value - model.inner(i, search.direction) }
    guard let step = model.solve(factor, values: c, hint: search.active) else { return nil }
    let point = given.value.domain.projection(of: x + step.direction)
    return point == trial || step.direction.norm > 10 * search.direction.norm ? nil : point
  }
}
