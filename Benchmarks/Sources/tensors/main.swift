// SPDX-License-Identifier: Apache-2.0
import AllocationCounter
import Foundation
import GradusLinearAlgebra
import GradusNative
import GradusTensor
import GradusTrace

// Forward and backward of the two models of shared/peers/autodiff_overhead.py beside the products of matrices in them, by
// the same library and threads, in turns; what the trace costs a node; fused recurrence; memory of a deep network.
// Usage: tensors [threads…] [mlp] [tf] [kernels] [blocks] [memory "of mlp"] [memory "of tf"]

/// Medians and least seconds of two functions that run in turns, and the median of their ratio.
struct Pair {
  var first: [Double] = []
  var second: [Double] = []
  var ratios: [Double] = []

  init(seconds: Double = 2, _ first: () throws -> Void, _ second: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    for _ in 0..<5 {
      try first()
      try second()
    }
    let start = clock.now
    while self.first.count < 9 || clock.now - start < .seconds(seconds) {
      let a = try clock.measure(first) / .seconds(1), b = try clock.measure(second) / .seconds(1)
      self.first.append(a)
      self.second.append(b)
      ratios.append(a / b)
    }
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((value.magnitude * scale).rounded())
  let fraction = String(rounded % Int(scale))
  return (value < 0 ? "-" : "") + "\(rounded / Int(scale))"
    + (digits > 0 ? "." + String(repeating: "0", count: digits - fraction.count) + fraction : "")
}

func measure(_ model: Models.Model, threads: Int) throws {
  let engine = TensorEngine(threads: threads)
  let tape = TensorTape(engine: engine)
  let names = model.parameters.indices.map { "p\($0)" }
  var nodes: [TracedTensor] = []
  var loss = 0.0, norm = 0.0
  func step(_ read: Bool) throws {
    nodes.removeAll(keepingCapacity: true)
    for (name, value) in zip(names, model.parameters) { nodes.append(tape.parameter(name, value)) }
    let data = model.data.map { tape.constant($0) }
    let y = model.loss(tape, nodes, data)
    if read { loss = try y.scalar }
    let gradients = try tape.backward(from: y)
    if read { norm = gradients.norm(of: nodes) }
    gradients.recycle()
    tape.reset()
  }
  let products = TensorTape(engine: engine)
  var factors: [(TracedTensor, TracedTensor)] = []
  for (m, k, n, count) in model.products {
    let a: TensorShape = count == 1 ? [m, k] : [count, m, k], b: TensorShape = count == 1 ? [k, n] : [count, k, n]
    factors.append((products.constant(Models.fill(50, a, 1)), products.constant(Models.fill(51, b, 1))))
  }
  let mark = products.count
  try step(true)
  for _ in 0..<3 { try step(false) }
  engine.resetPeakMemory()
  let blocks = engine.blockAllocations, before = allocation_count()
  try step(false)
  let allocations = allocation_count() - before, newBlocks = engine.blockAllocations - blocks
  let peak = engine.peakMemory
  let pair = try Pair({ try step(false) }) {
    for (a, b) in factors {
      _ = a.matmul(b)
      products.reset(to: mark)
    }
  }
  let name = "\(model.name), \(engine.threads) thread\(engine.threads == 1 ? "" : "s")"
  print(
    "\(name): loss \(fixed(loss, 6)), gradient norm \(fixed(norm, 6)), "
      + "\(fixed(Pair.median(pair.first) * 1e3, 3)) ms (least \(fixed((pair.first.min() ?? 0) * 1e3, 3))), products "
      + "\(fixed(Pair.median(pair.second) * 1e3, 3)) ms (least \(fixed((pair.second.min() ?? 0) * 1e3, 3))), "
      + "peak \(peak / 1024) KiB")
  print("\(name), forward and backward / products: \(fixed(Pair.median(pair.ratios), 3)) (limit 1.4)")
  print("\(name), heap allocations of one step: \(allocations) (limit 200), \(newBlocks) of them blocks for tensors")
}

/// Recording and propagating a chain of numbers.
func chain() throws {
  let count = 200_000, clock = ContinuousClock()
  let recorder = Recorder()
  var recording: [Double] = [], propagating: [Double] = []
  for _ in 0..<7 {
    recorder.reset()
    var x = recorder.parameter("x", 1.0)
    let pullback = Pullback<Double> { [$0] }
    recording.append(
      clock.measure { for _ in 0..<count { x = recorder.record("id", [x.id], 1.0, pullback) } } / .microseconds(1))
    propagating.append(
      try clock.measure {
        _ = try recorder.propagate([(x.id, 1.0)], by: Gradients<Double>(), consuming: true)
      } / .microseconds(1))
  }
  print("recording: \(fixed(Pair.median(recording) / Double(count), 3)) µs a node (limit 0.3)")
  print("propagating: \(fixed(Pair.median(propagating) / Double(count), 3)) µs a node (limit 2)")
}

/// The fused recurrence beside the same cell from generic operations.
func recurrence() throws {
  let engine = TensorEngine()
  let time = 64, batch = 16, h = 64
  let a = Models.fill(1, [time, batch, 4 * h], 1), u = Models.fill(2, [h, 4 * h], 0.1)
  let start = Tensor(repeating: 0, [batch, 2 * h])
  let tape = TensorTape(engine: engine)
  func run(_ body: (TracedTensor, TracedTensor, TracedTensor) -> TracedTensor) throws {
    let x = tape.parameter("x", a), w = tape.parameter("u", u), s = tape.parameter("start", start)
    try tape.backward(from: body(x, w, s).squared().sum()).recycle()
    tape.reset()
  }
  let pair = try Pair {
    try run { a, u, start in
      var hidden = start.slice(axis: 1, from: 0, count: h), cell = start.slice(axis: 1, from: h, count: h)
      var states: [TracedTensor] = []
      for t in 0..<time {
        let gates = a.slice(axis: 0, from: t, count: 1).reshaped([batch, 4 * h]) + hidden.matmul(u)
        func gate(_ index: Int) -> TracedTensor { gates.slice(axis: 1, from: index * h, count: h) }
        cell = gate(1).sigmoid() * cell + gate(0).sigmoid() * gate(2).tanh()
        hidden = gate(3).sigmoid() * cell.tanh()
        states.append(hidden.reshaped([1, batch, h]))
      }
      return TracedTensor.concatenate(states, axis: 0)
    }
  } _: {
    try run { a, u, start in
      a.lstm(recurrent: u, start: start).slice(axis: 0, from: 1, count: time).slice(axis: 2, from: 0, count: h)
    }
  }
  print("LSTM from generic operations / fused: \(fixed(Pair.median(pair.ratios), 2)) (at least 3)")
}

/// The peak of a network of 48 residual layers beside what its pullbacks need.
func depth() throws {
  let engine = TensorEngine()
  let tape = TensorTape(engine: engine)
  let rows = 512, d = 64, layers = 48
  let narrow = Models.fill(1, [d, 4 * d], 0.1), wide = Models.fill(2, [4 * d, d], 0.1)
  let gain = Tensor(repeating: 1, [d]), bias = Tensor(repeating: 0, [d]), wideBias = Tensor(repeating: 0, [4 * d])
  func step() throws {
    var x = tape.constant(Models.fill(3, [rows, d], 1))
    for i in 0..<layers {
      let p = tape.parameter("narrow \(i)", narrow), q = tape.parameter("wide \(i)", wide)
      let normal = x.layerNorm(gain: tape.parameter("gain", gain), bias: tape.parameter("bias", bias))
      let term = normal.linear(p, tape.constant(wideBias)).gelu().linear(q, tape.constant(bias))
      x = x + term
      tape.release(term)
    }
    try tape.backward(from: x.squared().mean()).recycle()
    tape.reset()
  }
  try step()
  engine.releaseUnusedMemory()
  engine.resetPeakMemory()
  let base = engine.memoryInUse
  try step()
  // Each layer: the input of the norm, of the first product, of the activation, of the second product.
  let needed = layers * rows * 10 * d * 4
  print(
    "peak memory of 48 layers / what their pullbacks need: \(fixed(Double(engine.peakMemory - base) / Double(needed), 3)) "
      + "(limit 1.2)")
}

/// Elementwise kernels on a million numbers in single precision, nanoseconds an element.
func kernels() throws {
  let engine = TensorEngine(), tape = TensorTape(engine: engine, isRecording: false)
  let x = Tensor((0..<1 << 20).map { Float($0 % 1000) * 0.003 + 0.01 }, [1 << 20])
  let rules: [(String, (TracedTensor) -> TracedTensor)] = [
    ("square root", { $0.squareRoot() }), ("relu", { $0.relu() }), ("exp", { $0.exp() }), ("log", { $0.log() }),
    ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }), ("gelu", { $0.gelu() }), ("softplus", { $0.softplus() }),
    ("square", { $0.squared() }), ("maximum", { $0.maximum($0) }),
  ]
  for (name, rule) in rules {
    let node = tape.constant(x)
    let pair = try Pair(seconds: 0.2, { _ = try rule(node).value }, { _ = try node.squared().value })
    tape.reset()
    print("\(name): \(fixed(pair.first.min().map { $0 * 1e9 / Double(x.count) } ?? 0, 3)) ns an element")
  }
}

/// Kilobytes of a line of /proc/self/status; 0 where there is none.
func status(_ field: String) -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(field + ":") { return Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }
  }
  return 0
}

/// The most memory of ten steps of a model above that of the process with its parameters, in a process of its own.
func memory(_ model: Models.Model) throws {
  let engine = TensorEngine(threads: 2), tape = TensorTape(engine: engine)
  if let file = fopen("/proc/self/clear_refs", "w") {
    fputs("5", file)
    fclose(file)
  }
  let before = status("VmRSS")
  for _ in 0..<10 {
    let nodes = model.parameters.enumerated().map { tape.parameter("p\($0.offset)", $0.element) }
    let y = model.loss(tape, nodes, model.data.map { tape.constant($0) })
    try tape.backward(from: y).recycle()
    tape.reset()
  }
  print("memory of \(model.name): \(status("VmHWM") - before) KiB above \(before) KiB")
}

let arguments = CommandLine.arguments.dropFirst()
let threads = arguments.compactMap { Int($0) }, chosen = arguments.filter { Int($0) == nil }
if chosen.isEmpty {
  try chain()
  try recurrence()
  try depth()
}
if chosen.contains("kernels") { try kernels() }
if chosen.contains("blocks") {
  for count in threads.isEmpty ? [1, 2] : threads {
    for block in Block.all {
      try block.measure(threads: count)
    }
  }
}
if chosen.contains("memory") {
  for model in [Models.perceptron(), Models.transformer()] where chosen.contains("of " + model.name) {
    try memory(model)
  }
}
for count in threads.isEmpty ? [1, 2] : threads {
  for model in [Models.perceptron(), Models.transformer()] where chosen.isEmpty || chosen.contains(model.name) {
    try measure(model, threads: count)
  }
}
