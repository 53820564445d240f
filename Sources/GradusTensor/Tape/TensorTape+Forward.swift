// SPDX-License-Identifier: Apache-2.0

extension TensorTape {
  /// Forward mode: the tangents of `ys` when each of some nodes moves along its own, recorded.
  ///
  /// Applied to recorded gradients it gives Hessian products (forward over reverse). Zero where nothing moves.
  public func tangents(
    of ys: [TracedTensor], along directions: [(node: TracedTensor, tangent: TracedTensor)]
  ) -> [TracedTensor] {
    precondition(isRecording, "tangents need a tape that records")
    let last = ys.map(\.id).max() ?? -1, wasWalking = isWalking
    isWalking = true
    defer { isWalking = wasWalking }
    var moved = [TracedTensor?](repeating: nil, count: last + 1)
    for (node, tangent) in directions where node.id <= last {
      guard tensor(node.id) != nil, tensor(tangent.id) != nil else { return ys.map { _ in node } }
      moved[node.id] = moved[node.id].map { $0 + tangent } ?? tangent
    }
    for node in 0..<max(0, last + 1) where moved[node] == nil {
      guard let operation = operation(of: node) else { continue }
      let tangents = (0..<inputCount(of: node)).map { moved[inputNode($0, of: node)] }
      guard tangents.contains(where: { $0 != nil }) else { continue }
      let context = DerivativeContext(tape: self, node: node)
      moved[node] = operation.tangent(context, tangents) ?? transposed(operation, context, tangents)
    }
    return ys.map { y in moved[y.id] ?? constant(Tensor(repeating: 0, y.shape, y.precision)) }
  }

  /// J·t as the transpose of u ↦ Jᵀu, which is linear: Σₖ ∂⟨(Jᵀu)ₖ, tₖ⟩/∂u.
  private func transposed(
    _ operation: any TensorOperation, _ context: DerivativeContext, _ tangents: [TracedTensor?]
  ) -> TracedTensor? {
    let output = context.output
    guard tensor(output.id) != nil else { return output }
    let u = parameter("cotangent", Tensor(repeating: 0, output.shape, output.precision))
    let outer = sent, outerNeeded = needed
    var marks = [Bool](repeating: false, count: context.node + 1)
    for (position, tangent) in tangents.enumerated() where tangent != nil {
      marks[inputNode(position, of: context.node)] = true
    }
    sent = []
    needed = marks
    operation.pullback(u, context)
    let shares = sent
    sent = outer
    needed = outerNeeded
    var total: TracedTensor?
    for (position, share) in shares {
      guard let tangent = tangents[position] else { continue }
      let part = gradients(of: share, for: [u], cotangent: tangent, keeping: true)[0]
      total = total.map { $0 + part } ?? part
    }
    return total
  }
}
