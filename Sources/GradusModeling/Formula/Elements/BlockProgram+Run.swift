// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a run of a block program reads and writes. Arrays by element hold `stride` numbers an item, of which the last are
/// repetitions of the last element, so that a block is never cut.
struct BlockRun {
  typealias Lanes = SIMD8<Double>

  var count: Int
  var stride: Int
  var point: UnsafeBufferPointer<Double>
  /// Variable k of element e: `variables[k·stride + e]`; number k: `numbers[k·stride + e]`.
  var variables: UnsafeBufferPointer<Int32>
  var numbers: UnsafeBufferPointer<Double>
  /// Values of costly functions: memoStart + k·stride + e.
  var memo: UnsafeMutableBufferPointer<Double>
  var memoStart: Int
  /// Which functions of the memo have values at this point, from `firstFunction` on.
  var isKnown: UnsafeBufferPointer<Bool>
  var firstFunction: Int
  /// Output k of element e is added to `destination[places[k·stride + e]]`; the output `total` (if any) to the sum that
  /// `run` returns.
  var places: UnsafeBufferPointer<Int32>
  var destination: UnsafeMutableBufferPointer<Double>
  var total = -1
  /// Outputs are multiplied by `multipliers[roots[e]]`, or by `factor` where there are no multipliers.
  var multipliers: UnsafeBufferPointer<Double>?
  var roots: UnsafeBufferPointer<Int32>
  var factor = 1.0
}

extension BlockProgram {
  typealias Lanes = BlockRun.Lanes
  typealias Work = UnsafeMutableBufferPointer<Lanes>

  /// Vectors a slot, such that all slots stay in the first-level cache.
  var vectorsPerSlot: Int { max(1, min(8, 384 / max(1, slotCount))) }

  /// Vectors `run` needs to work with.
  var workCount: Int { (slotCount + 1) * vectorsPerSlot }

  /// Computes all elements, block after block. Returns the total, and a number that is 0 when everything handed out was
  /// finite and NaN otherwise.
  func run(_ run: BlockRun, work: Work) -> (total: Double, poison: Double) {
    typealias Reader = UnsafeBufferPointer<Double>
    let vectors = vectorsPerSlot
    let scales = slotCount * vectors
    for (slot, constant) in constants.enumerated() {
      for v in 0..<vectors { work[slot * vectors + v] = Lanes(repeating: constant) }
    }
    for v in 0..<vectors { work[scales + v] = Lanes(repeating: run.factor) }
    var total = 0.0
    var poison = Lanes.zero
    instructions.withUnsafeBufferPointer { instructions in
      for first in stride(from: 0, to: run.count, by: 8 * vectors) {
        let filled = min(vectors, (run.stride - first) / 8)
        load(run, first, filled, vectors, work)
        for instruction in instructions {
          let t = Int(instruction.target) * vectors
          let a = Int(instruction.a) * vectors
          let b = Int(instruction.b) * vectors
          let c = Int(instruction.c) * vectors
          switch instruction.kind {
          case .add: for v in 0..<filled { work[t + v] = work[a + v] + work[b + v] }
          case .subtract: for v in 0..<filled { work[t + v] = work[a + v] - work[b + v] }
          case .multiply: for v in 0..<filled { work[t + v] = work[a + v] * work[b + v] }
          case .divide: for v in 0..<filled { work[t + v] = work[a + v] / work[b + v] }
          case .multiplyAdd: for v in 0..<filled { work[t + v] = work[c + v] + work[a + v] * work[b + v] }
          case .multiplySubtract: for v in 0..<filled { work[t + v] = work[c + v] - work[a + v] * work[b + v] }
          case .squareRoot: for v in 0..<filled { work[t + v] = work[a + v].squareRoot() }
          case .wholePower:
            let exponent = Int(Int16(bitPattern: instruction.c))
            for v in 0..<filled { work[t + v] = Self.wholePower(work[a + v], exponent) }
          case .function, .power:
            let memo = run.memoStart + Int(instruction.c) * run.stride + first
            if !run.isKnown[run.firstFunction + Int(instruction.c)] {
              Self.compute(instruction, work, a, b, 8 * filled, run.memo, memo)
            }
            for v in 0..<filled { work[t + v] = Self.gathered(Reader(run.memo), memo + 8 * v) }
          case .output:
            let output = Int(instruction.c)
            let valid = min(8 * filled, run.count - first)
            if output == run.total {
              total += Self.sum(work, a, scales, valid)
            } else {
              poison += Self.add(work, a, scales, valid, run.places, output * run.stride + first, run.destination)
            }
          }
        }
      }
    }
    return (total, poison.sum())
  }

  private func load(_ run: BlockRun, _ first: Int, _ filled: Int, _ vectors: Int, _ work: Work) {
    for (index, slot) in variables {
      let target = Int(slot) * vectors
      let source = index * run.stride + first
      for v in 0..<filled {
        var lanes = Lanes.zero
        for l in 0..<8 { lanes[l] = run.point[Int(run.variables[source + 8 * v + l])] }
        work[target + v] = lanes
      }
    }
    for (index, slot) in numbers {
      let target = Int(slot) * vectors
      let source = index * run.stride + first
      for v in 0..<filled { work[target + v] = Self.gathered(run.numbers, source + 8 * v) }
    }
    guard let multipliers = run.multipliers else { return }
    let target = slotCount * vectors
    for v in 0..<filled {
      var lanes = Lanes.zero
      for l in 0..<8 { lanes[l] = multipliers[Int(run.roots[first + 8 * v + l])] }
      work[target + v] = lanes
    }
  }

  @inline(__always)
  private static func gathered(_ source: UnsafeBufferPointer<Double>, _ first: Int) -> Lanes {
    var lanes = Lanes.zero
    for l in 0..<8 { lanes[l] = source[first + l] }
    return lanes
  }

  @inline(__always)
  private static func sum(_ work: Work, _ a: Int, _ scales: Int, _ valid: Int) -> Double {
    var sum = Lanes.zero
    for v in 0..<valid / 8 { sum += work[a + v] * work[scales + v] }
    let v = valid / 8
    for l in 0..<valid % 8 { sum[l] += work[a + v][l] * work[scales + v][l] }
    return sum.sum()
  }

  /// Adds what a block hands out; returns zeros, or NaN where something was not finite.
  @inline(__always)
  private static func add(
    _ work: Work, _ a: Int, _ scales: Int, _ valid: Int, _ places: UnsafeBufferPointer<Int32>, _ first: Int,
    _ destination: UnsafeMutableBufferPointer<Double>
  ) -> Lanes {
    var poison = Lanes.zero
    for v in 0..<(valid + 7) / 8 {
      let scale = work[scales + v]
      // What a multiplier of zero multiplies does not count, finite or not.
      let term = (work[a + v] * scale).replacing(with: 0, where: scale .== 0)
      poison += term * 0
      let place = first + 8 * v
      if valid - 8 * v >= 8 {
        for l in 0..<8 { destination[Int(places[place + l])] += term[l] }
      } else {
        for l in 0..<valid - 8 * v { destination[Int(places[place + l])] += term[l] }
      }
    }
    return poison
  }

  /// A costly function of the first `count` numbers of a slot, into the memo.
  private static func compute(
    _ instruction: Instruction, _ work: Work, _ a: Int, _ b: Int, _ count: Int,
    _ memo: UnsafeMutableBufferPointer<Double>, _ first: Int
  ) {
    @inline(__always)
    func each(_ body: (Double, Double) -> Double) {
      for v in 0..<count / 8 {
        for l in 0..<8 { memo[first + 8 * v + l] = body(work[a + v][l], work[b + v][l]) }
      }
    }
    if instruction.kind == .power { return each { pow($0, $1) } }
    switch instruction.function {
    case .exponential: each { a, _ in exp(a) }
    case .logarithm: each { a, _ in log(a) }
    case .sine: each { a, _ in sin(a) }
    case .cosine: each { a, _ in cos(a) }
    default: each { a, _ in instruction.function.value(a) }
    }
  }

  @inline(__always)
  private static func wholePower(_ a: Lanes, _ exponent: Int) -> Lanes {
    var rest = abs(exponent)
    var result = Lanes(repeating: 1)
    var square = a
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      rest >>= 1
      if rest > 0 { square *= square }
    }
    return exponent < 0 ? 1 / result : result
  }
}
