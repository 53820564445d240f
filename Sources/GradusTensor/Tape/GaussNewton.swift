// SPDX-License-Identifier: Apache-2.0

/// Curvature without second derivatives of the model.
extension TensorEngine {
  /// ℓ(z) and Jᵀ·∇²ℓ(z)·J·v with z = f(x) and J its derivative: the Gauss–Newton product, positive semidefinite for convex ℓ.
  ///
  /// With ℓ the cross entropy of scores z it is the product with the Fisher matrix of the classes' distribution, whatever
  /// the labels; with ℓ = ½‖z − t‖² it is JᵀJ·v. Cost: about two gradients. Source: Schraudolph, Neural Computation 14
  /// (2002), section 3.
  public func gaussNewtonProduct(
    of model: Function, loss: (TracedTensor) throws -> TracedTensor, at xs: [Tensor], along v: [Tensor]
  ) throws -> (value: Double, product: [Tensor]) {
    let (tape, nodes) = begin(xs)
    let z = try model(nodes)
    let moved = tape.tangents(of: [z], along: try directions(tape, nodes, v))[0]
    let scores = tape.parameter("scores", try z.value)
    let value = try loss(scores)
    let slope = tape.gradients(of: value, for: [scores])
    let bent = tape.tangents(of: slope, along: [(scores, moved)])[0]
    let product = tape.gradients(of: z, for: nodes, cotangent: bent)
    return (try value.scalar, try product.map { try $0.value })
  }

  /// 1/n Σᵢ gᵢ⟨gᵢ, v⟩, the product with the empirical Fisher matrix, from the gradients gᵢ of n examples: for each parameter
  /// [n, …its shape], as `perExampleGradients` gives them when the loss is a sum.
  public func empiricalFisherProduct(_ gradients: [Tensor], along v: [Tensor]) throws -> [Tensor] {
    precondition(gradients.count == v.count && !v.isEmpty, "one direction for each parameter")
    let tape = TensorTape(engine: self, isRecording: false)
    var slopes: TracedTensor?
    let rows = zip(gradients, v).map { g, v in
      tape.constant(g).reshaped([g.shape[0], g.count / max(1, g.shape[0])])
    }
    for (g, v) in zip(rows, v) {
      let part = g.matmul(tape.constant(v).reshaped([v.count, 1]))
      slopes = slopes.map { $0 + part } ?? part
    }
    guard let slopes else { return [] }
    let weights = slopes * (1 / Double(max(1, slopes.shape[0])))
    return try zip(rows, v).map { g, v in try weights.transposed().matmul(g).reshaped(v.shape).value }
  }
}
