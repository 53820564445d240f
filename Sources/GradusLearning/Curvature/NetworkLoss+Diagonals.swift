// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusFirstOrder
public import GradusNumerics
import GradusTensor
import Synchronization

/// Estimates of the diagonal of the curvature, of the model as it is trained: with the dropout and the batch statistics of one
/// draw.
///
///     hutchinson   u ∘ (∇²f·u),  uₖ = ±1                      cost: about four gradients
///     bartlett     n·ĝ ∘ ĝ,      ĝ = ∇f for drawn targets      cost: a gradient; n: targets that count
///
/// Classes are drawn from the softmax of the scores, where the data has one; numbers from the normal distribution whose
/// negative log-likelihood is the squared error. What parts of a model add to the loss is in the first estimate alone.
extension NetworkLoss: CurvatureOracle {
  public func curvatureDiagonal(
    at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) async throws -> Buffer<Float> { try diagonal(point, rows, estimate, stream) }

  public func immediateCurvatureDiagonal(
    at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) throws -> Buffer<Float>? { try diagonal(point, rows, estimate, stream) }

  private func diagonal(
    _ point: Buffer<Float>, _ rows: [Int], _ estimate: CurvatureEstimate, _ stream: RandomStream
  ) throws -> Buffer<Float> {
    try workspace.withLock { work in
      work.load(point, layout)
      let tape = work.tape
      tape.reset()
      defer { tape.reset() }
      let parameters = work.parameters(layout, on: tape)
      let (batch, targets) = work.batch(rows, of: data, on: tape)
      let penalties = ModelPenalties()
      let use = ModelUse.training(stream.child("dropout"))
      let scores = model.scores(batch, ModelParameters(parameters, use: use, penalties: penalties))
      switch estimate {
      case .hutchinson:
        let loss = penalties.added(to: self.loss.mean(of: scores, targets))
        _ = try loss.scalar
        var signs = stream.child("signs")
        let u = Buffer((0..<layout.count).map { _ in signs.uniform() < 0.5 ? Float(-1) : 1 })
        let nodes = layout.slots.compactMap { parameters[$0.name] }
        let slopes = tape.gradients(of: loss, for: nodes)
        let product = tape.tangents(of: slopes, along: directions(nodes, u, tape))
        var flat = try product.flatMap { try $0.value.floats }
        for k in flat.indices { flat[k] *= u.elements[k] }
        return Buffer(flat)
      case .bartlett:
        let own = try drawn(scores, targets, stream.child("labels"))
        let loss = self.loss.mean(of: scores, own)
        var factor = Float(self.loss.count(own, rows: scores.shape[0]))
        // The squared error is the mean over m outputs of (o − t)²: its distribution has variance m/2, not 1.
        if case .numbers = own { factor *= Float(scores.shape[-1]) / 2 }
        _ = try loss.scalar
        let gradients = try tape.backward(from: loss)
        var flat = [Float](repeating: 0, count: layout.count)
        for slot in layout.slots {
          guard let traced = parameters[slot.name], let part = gradients[traced] else { continue }
          for (k, g) in part.floats.enumerated() { flat[slot.offset + k] = factor * g * g }
        }
        gradients.recycle()
        return Buffer(flat)
      }
    }
  }
}
