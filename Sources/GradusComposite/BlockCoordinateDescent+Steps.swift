// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Updates of the chosen block.
extension BlockCoordinateDescent {
  /// The proximal gradient step with the present L_b; false when it moves nothing.
  func proposeProx(_ s: inout State) -> Bool {
    guard let gradient = s.here?.gradient else { return false }
    var point = s.x
    for i in s.chosen {
      let scale = s.scales[i] * s.growth[s.index]
      point[i] = s.part.prox(i, s.x[i] - gradient[i] / scale, step: 1 / scale)
    }
    return go(&s, Trying(direction: [], length: 1, point: point))
  }

  /// The step −H⁻¹p on the coordinates of the block that may move; false when it moves nothing.
  func advance(_ s: inout State, _ matrix: SparseMatrix) -> Bool {
    precondition(matrix.columnCount == s.chosen.count, "a block of the Hessian has the order of the block")
    let p = Vector(s.chosen.map { s.slopes[$0] })
    // A coordinate that nothing holds moves with the others even where its own slope is 0.
    var free = s.chosen.indices.filter { p[$0] != 0 || s.part.isSmooth(s.chosen[$0], at: s.x[s.chosen[$0]]) }
    var direction = Vector.zeros(p.count)
    while !free.isEmpty {
      let slopes = Vector(free.map { p[$0] })
      guard let solved = matrix.restricted(to: free).solvingSymmetric(slopes), solved.inner(slopes) > 0 else {
        direction = Vector(s.chosen.indices.map { -p[$0] / s.diagonal[s.chosen[$0]] })
        break
      }
      direction = .zeros(p.count)
      for (k, i) in free.enumerated() { direction[i] = -solved[k] }
      let held = free.filter { isHeld(s, $0, p[$0], direction[$0]) }
      if held.isEmpty { break }
      free.removeAll { held.contains($0) }
    }
    if free.isEmpty { direction = Vector(s.chosen.indices.map { -p[$0] / s.diagonal[s.chosen[$0]] }) }
    return tryLength(&s, direction, 1)
  }

  /// True when a coordinate stands at an end of its face and would leave it.
  private func isHeld(_ s: State, _ k: Int, _ slope: Double, _ direction: Double) -> Bool {
    let i = s.chosen[k]
    let face = s.part.face(i, at: s.x[i], slope: slope)
    return (s.x[i] <= face.lower && direction < 0) || (s.x[i] >= face.upper && direction > 0)
  }

  private func tryLength(_ s: inout State, _ direction: Vector, _ t: Double) -> Bool {
    var point = s.x
    for (k, i) in s.chosen.enumerated() where direction[k] != 0 {
      let face = s.part.face(i, at: s.x[i], slope: s.slopes[i])
      point[i] = min(max(s.x[i] + t * direction[k], face.lower), face.upper)
    }
    return go(&s, Trying(direction: direction, length: t, point: point))
  }

  /// Tries the step; a block that it does not move cannot lower F.
  private func go(_ s: inout State, _ step: Trying) -> Bool {
    if step.point.isFinite, s.chosen.contains(where: { step.point[$0] != s.x[$0] }) {
      s.phase = .trying(step)
      return true
    }
    tire(&s)
    return false
  }

  /// The block is left out until another one has moved.
  private func tire(_ s: inout State) { for i in s.chosen { s.isTired[i] = true } }

  /// Takes the step when F falls enough; shortens it otherwise.
  func judge(_ s: inout State, _ step: Trying, _ there: Linearization<Vector>) {
    guard let here = s.here else { return }
    let value = here.value + s.part.value(s.x)
    let trial = there.value + s.part.value(step.point)
    let noise = 16 * max(abs(value), abs(here.value)).ulp
    var (isTaken, isHidden) = (false, false)
    if trial.isFinite, there.gradient.isFinite {
      if step.direction.count == 0 {
        var bound = here.value
        for i in s.chosen {
          let move = step.point[i] - s.x[i]
          bound += here.gradient[i] * move + 0.5 * s.scales[i] * s.growth[s.index] * move * move
        }
        isTaken = there.value <= bound + noise
      } else {
        let slope = s.chosen.reduce(0) { $0 + s.slopes[$1] * (step.point[$1] - s.x[$1]) }
        isTaken = trial <= value + 1e-4 * slope
      }
      // Where rounding hides the decrease, the subgradient must become smaller.
      isHidden = abs(trial - value) <= noise
      if isHidden {
        isTaken = s.part.slopes(at: step.point, gradient: there.gradient).norm < s.slopes.norm
      }
    }
    if isTaken {
      for i in s.isTired.indices { s.isTired[i] = false }
      s.iterations += 1
      arrive(&s, at: step.point, there)
      if case .ended = s.phase { return }
      choose(&s)
    } else if step.direction.count == 0, isHidden {
      tire(&s)
      choose(&s)
    } else if step.direction.count == 0 {
      s.growth[s.index] *= 2
      if !proposeProx(&s) { choose(&s) }
    } else if !tryLength(&s, step.direction, step.length / 2) {
      choose(&s)
    }
  }
}
