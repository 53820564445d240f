// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Steps of fixed length along the gradient, in place or – with the flaw – into a new buffer.
struct InPlaceDescent<F: Flaw>: Catalogued, UpdatesInPlace {
  var rate = 0.1

  init() {}

  static var card: Card {
    Card(
      "in-place-\(F.kind)", "fixed steps for tests", guarantee: "linear for small steps", reference: "by construction",
      trials: [Trial("sphere,n=4", answers: 200, value: 1e-6)])
  }

  static var settings: [Setting<Self>] { [Setting("rate", \.rate, in: 0...10, "length of steps")] }

  struct State: Sendable, Codable {
    var x: Vector
    var last: Vector
    var value: Double?
    var isOver = false
  }

  func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(x: problem.start, last: .zeros(problem.start.count))
  }

  func ask(_ s: inout State) -> Linearize<Vector>? { s.isOver ? nil : Linearize(point: s.x) }

  func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    if F.kind == .copiesBuffer { s.x = question.point + .zeros(s.x.count) }
    _ = consume question
    guard answer.value.isFinite, answer.gradient.isFinite else {
      s.isOver = true
      return
    }
    s.value = answer.value
    for i in s.x.indices {
      s.last[i] = s.x[i]
      let moved = s.x[i] - rate * answer.gradient[i]
      s.x[i] = moved
      if !moved.isFinite { s.isOver = true }
    }
  }

  /// The value belongs to the point before the step, which is kept beside the new one.
  func report(_ s: State) -> Report<Vector> { Report(point: s.value == nil ? s.x : s.last, value: s.value) }

  func parameterAddress(in state: borrowing State) -> UInt {
    state.x.elements.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }
}
