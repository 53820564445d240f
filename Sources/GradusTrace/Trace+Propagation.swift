// SPDX-License-Identifier: Apache-2.0

extension Trace {
  /// Walks back once; every node hears the merged feedback of all its users, later users first.
  ///
  /// Waits for one node after the other. Returns a note for every node that heard something. No recursion: the memory is
  /// one optional note for each node.
  public func propagate<P: Propagator>(
    _ seed: P.Note, from output: Int, by propagator: P
  ) async throws -> Heard<P.Note> {
    guard output >= 0, output < count else { throw TraceError.noSuchNode(output, count: count) }
    var notes = [P.Note?](repeating: nil, count: output + 1)
    notes[output] = seed
    for node in stride(from: output, through: 0, by: -1) {
      let inputCount = inputCount(of: node)
      guard inputCount > 0, let note = notes[node] else { continue }
      let shares = try await propagator.pass(note, back: node, in: self)
      guard shares.count == inputCount else {
        throw TraceError.wrongShares(
          operation: operation(of: node), node: node, shares: shares.count, inputs: inputCount)
      }
      for (position, share) in shares.enumerated() {
        guard let share else { continue }
        let input = input(position, of: node)
        if notes[input] == nil { notes[input] = share } else { notes[input]?.merge(share) }
      }
    }
    return Heard(notes: notes)
  }
}

extension Recorder {
  /// Walks back once, without waiting. Notes of nodes with inputs are used up; those of parameters are returned.
  ///
  /// With `consuming`, every value and rule is freed as soon as the walk has passed its node, so that memory falls while
  /// gradients grow; only the values of parameters remain. The trace can then be read but not walked again.
  /// Cost: below 2 µs a node beside the propagator's own work.
  @inlinable
  public func propagate<P: DirectPropagator>(
    _ seeds: [(node: Int, note: P.Note)], by propagator: P, consuming: Bool = false
  ) throws -> Heard<P.Note> {
    let count = try walkLength(seeds.map(\.node))
    var shares = Shares<P.Note>(count: count)
    for seed in seeds {
      if shares.notes[seed.node] == nil {
        shares.notes[seed.node] = seed.note
      } else {
        shares.notes[seed.node]?.merge(seed.note)
      }
    }
    for node in stride(from: count - 1, through: 0, by: -1) {
      shares.turn(to: node, of: self)
      if shares.inputs.isEmpty { continue }
      if shares.notes[node] != nil {
        // Taken out in the call itself, so that the propagator holds the only reference to what it is told.
        try propagator.pass(shares.take(node), back: node, of: self, to: &shares)
      }
      if consuming {
        var value = free(node)
        propagator.retire(&value)
      }
    }
    return Heard(notes: shares.notes)
  }

  /// The number of nodes a walk from these visits; throws for a node that is not there or holds an error.
  @usableFromInline
  func walkLength(_ nodes: [Int]) throws -> Int {
    var length = 0
    for node in nodes {
      guard node >= 0, node < trace.count else { throw TraceError.noSuchNode(node, count: trace.count) }
      if let failure = trace.value(of: node) as? FailedValue {
        throw TraceError.failed(operation: failure.operation, node: failure.node, cause: failure.cause)
      }
      length = max(length, node + 1)
    }
    return length
  }

  @usableFromInline
  func appendInputs(of node: Int, to inputs: inout [Int32]) {
    for position in 0..<trace.inputCount(of: node) { inputs.append(Int32(trace.input(position, of: node))) }
  }

  @usableFromInline
  func free(_ node: Int) -> (any Sendable)? {
    dropRule(of: node)
    return takeValue(of: node)
  }
}
