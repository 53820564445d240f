// SPDX-License-Identifier: Apache-2.0

/// How feedback of one kind passes an operation, possibly after asking somebody.
///
/// Reverse-mode differentiation, textual gradients and OPTO's minimal subgraph are three propagators.
public protocol Propagator<Note> {
  /// What travels.
  associatedtype Note: Feedback

  /// What each input of `node` shall hear, in their order; nil where nothing is to be said.
  func pass(_ note: Note, back node: Int, in trace: Trace) async throws -> [Note?]
}

/// How feedback passes an operation without waiting: numbers.
public protocol DirectPropagator<Note> {
  /// What travels.
  associatedtype Note: Feedback

  /// Sends to `shares` what the inputs of `node` shall hear.
  ///
  /// The walk owns nothing of the recorder meanwhile, so that a propagator may record more nodes as it goes.
  func pass(_ note: consuming Note, back node: Int, of recorder: Recorder, to shares: inout Shares<Note>) throws

  /// May take over the value of a node that nobody needs anymore, in a consuming walk.
  func retire(_ value: inout (any Sendable)?)
}

extension DirectPropagator {
  public func retire(_ value: inout (any Sendable)?) {}
}

/// Where a propagator leaves what the inputs of the current node shall hear.
public struct Shares<Note: Feedback> {
  @usableFromInline var notes: [Note?]
  @usableFromInline var inputs: [Int32] = []

  @usableFromInline init(count: Int) { notes = [Note?](repeating: nil, count: count) }

  /// How many inputs the current node has.
  @inlinable public var count: Int { inputs.count }

  /// Says `note` to input `position` of the current node.
  @inlinable
  public mutating func send(_ note: consuming Note, to position: Int) {
    let input = Int(inputs[position])
    if notes[input] == nil {
      notes[input] = note
    } else {
      notes[input]?.merge(note)
    }
  }

  /// Leaves `note` at `node`, which is the current one: for nodes with inputs whose notes are wanted in the end.
  @inlinable
  public mutating func keep(_ note: Note, at node: Int) { notes[node] = note }

  @inlinable
  mutating func take(_ node: Int) -> Note {
    guard let note = notes[node].take() else { preconditionFailure("node \(node) heard nothing") }
    return note
  }

  @usableFromInline
  mutating func turn(to node: Int, of recorder: Recorder) {
    inputs.removeAll(keepingCapacity: true)
    recorder.appendInputs(of: node, to: &inputs)
  }
}

/// What a walk back found out: one note for each node that heard something and was not passed through.
public struct Heard<Note: Feedback> {
  @usableFromInline var notes: [Note?]

  @usableFromInline init(notes: [Note?]) { self.notes = notes }

  /// Forgets all notes; `body` may take what they hold.
  @inlinable
  public mutating func removeAll(_ body: (inout Note?) -> Void) {
    for node in notes.indices {
      body(&notes[node])
      notes[node] = nil
    }
    notes.removeAll()
  }

  /// What `node` heard; nil when nothing reached it.
  @inlinable public subscript(node: Int) -> Note? { node < notes.count ? notes[node] : nil }

  /// What the value at `traced` heard.
  @inlinable public subscript<V>(traced: Traced<V>) -> Note? { self[traced.id] }
}
