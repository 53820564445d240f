// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// What value and gradients must not depend on.
///
/// Threads: the same bits from one, two and three. Precision: single agrees with double. Layout: strided, permuted and
/// stretched inputs give what contiguous ones give. Part: a gradient is the same whether others are wanted or not. Memory:
/// after a consuming walk nothing is alive but leaves, and the third step asks the system for no block.
extension DerivativeLaws {
  /// Which of these laws are broken at `point`; `wide` is where threads are compared, large enough to share work.
  package func computationViolations(
    at point: [Tensor], wide: [Tensor], precision tolerance: Double = 1e-4
  ) throws -> [Violation] {
    var found: [Violation] = []
    func check(_ law: Law, _ expected: [[Double]], _ value: [[Double]], _ tolerance: Double) {
      guard let distance = Self.distance(expected, value, tolerance) else { return }
      found.append(Violation(law: law, expected: 0, found: distance))
    }
    let plain = try outcome(point, on: engine)

    let floats = wide.map { $0.copied(to: .single) }
    let alone = try outcome(floats, on: TensorEngine())
    for threads in [2, 3] { check(.threads, alone, try outcome(floats, on: TensorEngine(threads: threads)), 0) }

    let single = point.map { $0.copied(to: .single) }
    check(
      .precision, try outcome(single.map { $0.copied(to: .double) }, on: engine), try outcome(single, on: engine),
      tolerance)

    check(.layout, plain, try outcome(try point.map(strided), on: engine), 1e-12)
    let stretched = try point.map(stretched)
    // Where equal rows are outside the domain there is nothing to compare.
    if let expected = try? outcome(stretched.map { $0.copied(to: .double) }, on: engine) {
      check(.layout, expected, try outcome(stretched, on: engine), 1e-12)
    }

    for position in point.indices where point.count > 1 {
      let part = try outcome(point, on: engine, active: position)
      check(.part, [plain[0], plain[position + 1]], [part[0], part[position + 1]], 1e-12)
    }
    found += try memoryViolations(at: single)
    return found
  }

  /// Value, then gradients of ⟨value, w⟩ with a fixed w; zeros for inputs that are not `active`.
  package func outcome(_ point: [Tensor], on engine: TensorEngine, active: Int? = nil) throws -> [[Double]] {
    let tape = TensorTape(engine: engine)
    let xs = point.enumerated().map { position, x in
      active == nil || active == position ? tape.parameter("x\(position)", x) : tape.constant(x)
    }
    let y = function(xs), value = try y.value
    let gradients = try tape.backward(from: y, cotangent: Self.weight(value))
    return [value.doubles]
      + zip(xs, point).map { gradients[$0]?.doubles ?? [Double](repeating: 0, count: $1.count) }
  }

  private static func weight(_ value: Tensor) -> Tensor {
    var random = RandomStream(seed: 3)
    return sample(value.shape, &random).copied(to: value.precision)
  }

  /// How far two outcomes are apart, relative to the larger of 1 and the largest element; nil within the tolerance.
  package static func distance(_ expected: [[Double]], _ found: [[Double]], _ tolerance: Double) -> Double? {
    var worst = 0.0
    for (a, b) in zip(expected, found) {
      guard a.count == b.count else { return .infinity }
      let scale = a.reduce(1) { max($0, $1.magnitude) }
      for (x, y) in zip(a, b) where x != y && !(x.isNaN && y.isNaN) {
        let difference = (x - y).magnitude / scale
        worst = difference <= worst ? worst : difference
        if difference.isNaN { return .infinity }
      }
    }
    return worst > tolerance ? worst : nil
  }

  /// The same numbers, every second in memory and axes in the opposite order.
  package func strided(_ x: Tensor) throws -> Tensor {
    guard x.shape.rank > 0 else { return x }
    let tape = TensorTape(engine: engine, isRecording: false), last = x.shape.rank - 1
    let order = Array((0...last).reversed())
    let turned = tape.constant(x).permuted(order)
    var shape = TensorShape(turned.shape.dimensions + [1])
    let column = turned.reshaped(shape)
    shape[-1] = 2
    let pairs = try tape.constant(TracedTensor.concatenate([column, column * -7], axis: -1).value)
    let view = pairs.slice(axis: -1, from: 0, count: 1).permuted(order + [last + 1])
    // The axis of the pairs is dropped from the layout without a copy.
    let value = try view.value
    return engine.view(value, x.shape, value.layout.strides, offset: 0)
  }

  /// The first row in the place of all.
  package func stretched(_ x: Tensor) throws -> Tensor {
    guard x.shape.rank > 0, x.shape[0] > 0 else { return x }
    let tape = TensorTape(engine: engine, isRecording: false)
    return try tape.constant(x).slice(axis: 0, from: 0, count: 1).broadcast(to: x.shape).value
  }

  package func memoryViolations(at point: [Tensor]) throws -> [Violation] {
    let own = TensorEngine(), tape = TensorTape(engine: own)
    var blocks: [Int] = [], found: [Violation] = []
    for _ in 0..<3 {
      let xs = point.enumerated().map { tape.parameter("x\($0.offset)", $0.element) }
      let y = function(xs)
      try tape.backward(from: y, cotangent: Self.weight(try y.value)).recycle()
      if own.liveMemory != 0 { found.append(Violation(law: .memory, expected: 0, found: Double(own.liveMemory))) }
      tape.reset()
      blocks.append(own.blockAllocations)
    }
    if blocks[2] != blocks[1] {
      found.append(Violation(law: .memory, expected: Double(blocks[1]), found: Double(blocks[2])))
    }
    return found
  }
}
