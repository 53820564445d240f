// SPDX-License-Identifier: Apache-2.0
import AllocationCounter
import GradusLinearAlgebra
import GradusNative
import GradusTensor
import GradusTrace

// Forward and backward of the two models of shared/peers/autodiff_overhead.py, and the matrix products alone by the same
// library and threads: milliseconds, ratio, loss, gradient norm, allocations, memory. Usage: tensors [threads…]

let seconds = 1.0

/// Median seconds of `body`, and the smallest.
func time(_ body: () throws -> Void) rethrows -> (median: Double, least: Double) {
  let clock = ContinuousClock()
  for _ in 0..<5 { try body() }
  var times: [Double] = []
  let start = clock.now
  while times.count < 7 || clock.now - start < .seconds(seconds) {
    let elapsed = try clock.measure(body)
    times.append(elapsed / .seconds(1))
  }
  times.sort()
  return (times[times.count / 2], times[0])
}

func fixed(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((value.magnitude * scale).rounded())
  let fraction = String(rounded % Int(scale))
  return (value < 0 ? "-" : "") + "\(rounded / Int(scale))"
    + (digits > 0 ? "." + String(repeating: "0", count: digits - fraction.count) + fraction : "")
}

/// The products of a model on ready tensors.
func floor(_ model: Models.Model, _ engine: TensorEngine) throws -> (median: Double, least: Double) {
  let tape = TensorTape(engine: engine)
  var factors: [(TracedTensor, TracedTensor)] = []
  for (m, k, n, count) in model.products {
    let a: TensorShape = count == 1 ? [m, k] : [count, m, k], b: TensorShape = count == 1 ? [k, n] : [count, k, n]
    factors.append((tape.constant(Models.fill(50, a, 1)), tape.constant(Models.fill(51, b, 1))))
  }
  let mark = tape.count
  return time {
    for (a, b) in factors {
      _ = a.matmul(b)
      tape.reset(to: mark)
    }
  }
}

func measure(_ model: Models.Model, threads: Int) throws {
  let engine = TensorEngine(threads: threads)
  let tape = TensorTape(engine: engine)
  var loss = 0.0, norm = 0.0
  func step(_ read: Bool) throws {
    let parameters = model.parameters.enumerated().map { tape.parameter("p\($0.offset)", $0.element) }
    let data = model.data.map { tape.constant($0) }
    let y = model.loss(tape, parameters, data)
    if read { loss = try y.scalar }
    let gradients = try tape.backward(from: y)
    if read {
      norm = gradients.norm(of: parameters)
    }
    gradients.recycle()
    tape.reset()
  }
  try step(true)
  try step(false)
  engine.resetPeakMemory()
  let blocks = engine.blockAllocations
  let before = allocation_count()
  try step(false)
  let allocations = allocation_count() - before
  let whole = try time { try step(false) }
  let bare = try floor(model, TensorEngine(threads: threads))
  print(
    "\(model.name) threads \(engine.threads): \(fixed(whole.median * 1e3, 3)) ms (least \(fixed(whole.least * 1e3, 3))), "
      + "products \(fixed(bare.median * 1e3, 3)) ms, ratio \(fixed(whole.median / bare.median, 2)), "
      + "loss \(fixed(loss, 6)), gradient norm \(fixed(norm, 6)), \(allocations) allocations a step "
      + "(\(engine.blockAllocations - blocks) blocks), peak \(engine.peakMemory / 1024) KiB")
}

/// Recording and propagating chains of numbers.
func chain() throws {
  let count = 200_000, clock = ContinuousClock()
  let recorder = Recorder()
  for round in 0..<2 {
    recorder.reset()
    var x = recorder.parameter("x", 1.0)
    let pullback = Pullback<Double> { [$0] }
    let inputs = [0]
    _ = inputs
    let recording = clock.measure {
      for _ in 0..<count { x = recorder.record("id", [x.id], 1.0, pullback) }
    }
    var heard: Heard<Double>?
    let propagating = try clock.measure {
      heard = try recorder.propagate([(x.id, 1.0)], by: Gradients<Double>(), consuming: true)
    }
    if round == 1 {
      print(
        "chain of \(count): recording \(fixed(recording / .microseconds(1) / Double(count), 3)) µs a node, "
          + "propagating \(fixed(propagating / .microseconds(1) / Double(count), 3)) µs, gradient \(heard?[0] ?? .nan)")
    }
  }
}

try chain()
let threads = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for count in threads.isEmpty ? [1, 2] : Array(threads) {
  for model in [Models.perceptron(), Models.transformer()] { try measure(model, threads: count) }
}
