// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

/// Bytes for numbers: what instructions compute is what the definition says.
@Suite struct DynamicCodeTests {
  private static let blocks = 2

  /// Numbers of two words of a cell: the first with signs, the second without.
  private struct Sample {
    var cells = [Float](repeating: 0, count: 2 * 256 * DynamicCodeTests.blocks)
    var codes = [UInt8](repeating: 0, count: 2 * 256 * DynamicCodeTests.blocks)
    var scales = [Float](repeating: 0, count: 2 * DynamicCodeTests.blocks)

    /// Word w, number i of block b.
    static func place(_ b: Int, _ w: Int, _ i: Int) -> Int { b * 512 + i / 16 * 32 + 16 * w + i % 16 }

    mutating func encode(step: Int? = nil, plainly: Bool = false) {
      let cells = cells
      codes.withUnsafeMutableBufferPointer { codes in
        scales.withUnsafeMutableBufferPointer { scales in
          CellCoder.with(signs: [true, false]) { coder in
            guard let c = codes.baseAddress, let s = scales.baseAddress else { return }
            if let step {
              coder.encode(
                cells, blocks: DynamicCodeTests.blocks, step: step, first: 3, into: c, s, plainly: plainly)
            } else {
              coder.encodeNearest(cells, blocks: DynamicCodeTests.blocks, into: c, s)
            }
          }
        }
      }
    }

    func decoded(plainly: Bool = false) -> [Float] {
      var result = cells
      result.withUnsafeMutableBufferPointer { result in
        CellCoder.with(signs: [true, false]) { coder in
          guard let r = result.baseAddress else { return }
          coder.decode(codes, scales, into: r, blocks: DynamicCodeTests.blocks, plainly: plainly)
        }
      }
      return result
    }
  }

  enum Kind: CaseIterable { case bits, decades, ties, magnitudes, subnormal }

  /// Numbers of one kind: any bits, all decades alike, ties and their neighbors, magnitudes, and subnormal ones.
  private static func sample(_ kind: Kind, _ stream: inout RandomStream) -> Sample {
    var sample = Sample()
    for b in 0..<blocks {
      for w in 0..<2 {
        let numbers = (w == 0 ? DynamicCode.signed : .unsigned).magnitudes
        for i in 0..<256 {
          let bits = stream.next()
          var x: Float
          switch kind {
          case .bits: x = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
          case .decades:
            x = Float(sign: .plus, exponent: -Int(bits % 24), significand: Float(bits >> 40) * 0x1p-24)
          case .ties:
            let j = Int(bits >> 32) % (numbers.count - 1)
            x = Float((Double(numbers[j]) + Double(numbers[j + 1])) / 2)
            for _ in 0..<Int(bits % 3) { x = bits & 8 == 0 ? x.nextUp : x.nextDown }
          case .magnitudes: x = numbers[Int(bits >> 32) % numbers.count]
          case .subnormal: x = Float(sign: .plus, exponent: -149 + Int(bits % 9), significand: 1) * Float(bits >> 60)
          }
          // The scale of ties and magnitudes is 1, so that they are ones still.
          if i == 0, kind == .ties || kind == .magnitudes { x = 1 }
          if !x.isFinite, stream.next() % 64 != 0 { x = 0.5 }
          sample.cells[Sample.place(b, w, i)] = w == 1 ? x.magnitude : stream.next() & 1 == 0 ? x : -x
        }
      }
    }
    return sample
  }

  /// Rounded to the nearest: the index that a search by halves finds, for over a million numbers of each kind.
  @Test(arguments: Kind.allCases) func nearestIsTheNearest(_ kind: Kind) {
    var stream = RandomStream(seed: 1)
    var wrong = 0
    for _ in 0..<1000 {
      var sample = Self.sample(kind, &stream)
      sample.encode()
      for b in 0..<Self.blocks {
        for w in 0..<2 {
          let place = 2 * b + w
          let numbers = (w == 0 ? DynamicCode.signed : .unsigned).magnitudes
          let all = (0..<256).map { sample.cells[Sample.place(b, w, $0)] }
          if all.contains(where: \.isNaN) {
            wrong += sample.scales[place].isNaN ? 0 : 1
            continue
          }
          let scale = all.reduce(0) { max($0, $1.magnitude) }
          wrong += sample.scales[place] == scale ? 0 : 1
          guard scale > 0, scale.isFinite else { continue }
          let factor = min(1 / scale, .greatestFiniteMagnitude)
          for i in 0..<256 {
            let m = (all[i] * factor).magnitude
            var (low, high) = (0, numbers.count - 1)
            while high - low > 1 {
              let middle = (low + high) / 2
              if numbers[middle] <= m { low = middle } else { high = middle }
            }
            let isUp = m >= numbers[high] || Double(m) - Double(numbers[low]) > Double(numbers[high]) - Double(m)
            var index = isUp ? high : low
            if w == 1, m >= 0x1p-125 { index = max(index, 1) }
            if w == 0, all[i].sign == .minus, index > 0 { index = min(index, 127) + 128 }
            wrong += Int(sample.codes[256 * place + i]) == index ? 0 : 1
          }
        }
      }
    }
    #expect(wrong == 0)
  }

  /// The instructions of this machine find what plain ones find, to the bit, and decode it alike.
  @Test(arguments: Kind.allCases) func instructionsAgree(_ kind: Kind) {
    var stream = RandomStream(seed: 2)
    for step in 0..<500 {
      var sample = Self.sample(kind, &stream)
      var other = sample
      sample.encode(step: step)
      other.encode(step: step, plainly: true)
      #expect(sample.codes == other.codes)
      #expect(sample.scales.map(\.bitPattern) == other.scales.map(\.bitPattern))
      let (x, y) = (sample.decoded(), other.decoded(plainly: true))
      #expect(zip(x, y).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN })
    }
  }

  /// The mean of what codes stand for is the number, to a hundredth of the distance of its neighbors.
  @Test func ditheringHasNoBias() {
    for k in stride(from: 0, to: 60, by: 1) {
      // Below 0.99, where signed codes are not further apart than at 1.
      let m = Float(0.98 * exp10(-Double(k) / 10))
      var sample = Sample()
      for b in 0..<Self.blocks {
        for w in 0..<2 { for i in 0..<256 { sample.cells[Sample.place(b, w, i)] = i == 0 ? 1 : m } }
      }
      var sums = [0.0, 0.0]
      let steps = 200
      for step in 1...steps {
        sample.encode(step: step)
        let back = sample.decoded()
        for b in 0..<Self.blocks {
          for w in 0..<2 { for i in 1..<256 { sums[w] += Double(back[Sample.place(b, w, i)]) - Double(m) } }
        }
      }
      for w in 0..<2 {
        let numbers = (w == 0 ? DynamicCode.signed : .unsigned).magnitudes
        let high = numbers.firstIndex { $0 > m } ?? 1
        let distance = Double(numbers[high]) - Double(numbers[high - 1])
        let bias = sums[w] / Double(steps * Self.blocks * 255) / distance
        #expect(abs(bias) <= 0.01, "\(bias) of a distance at \(m)")
      }
    }
  }

  /// Other steps and other blocks have other luck.
  @Test func luckDependsOnStepAndBlock() {
    var sample = Sample()
    for i in sample.cells.indices { sample.cells[i] = i % 32 == 0 ? 1 : 0.3003 }
    sample.encode(step: 1)
    let first = sample.codes
    sample.encode(step: 1)
    #expect(sample.codes == first)
    #expect(first[..<256] != first[512..<768])
    sample.encode(step: 2)
    #expect(sample.codes != first)
  }

  /// A number that is none is not forgotten.
  @Test func noNumbersStay() {
    var sample = Sample()
    for i in sample.cells.indices { sample.cells[i] = 0.5 }
    sample.cells[Sample.place(0, 1, 77)] = .nan
    for step in 0..<2 {
      sample.encode(step: step == 0 ? nil : step)
      let back = sample.decoded()
      for i in 0..<256 {
        #expect(back[Sample.place(0, 1, i)].isNaN)
        #expect(back[Sample.place(0, 0, i)] == 0.5 && back[Sample.place(1, 1, i)] == 0.5)
      }
    }
  }

  private func exp10(_ x: Double) -> Double {
    var result = 1.0
    // 10^(1/10) as often as it fits.
    for _ in 0..<Int((-10 * x).rounded()) { result /= 1.2589254117941673 }
    return result
  }
}
