// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics
import Testing

/// Codes of eight bits, and memory with other codes and blocks than the usual ones.
@Suite struct ByteCodeTests {
  @Test(arguments: ByteCode.Kind.allCases, [true, false])
  func codesAreTheNearestNumbers(_ kind: ByteCode.Kind, _ isSigned: Bool) {
    let code = ByteCode(kind, isSigned: isSigned)
    #expect(code.values.count <= 256 && code.values == code.values.sorted() && code.values.last == 1)
    for (k, value) in code.values.enumerated() where value != 0 { #expect(code.code(of: value) == UInt8(k)) }
    var stream = RandomStream(seed: 1)
    for _ in 0..<2000 {
      let x = Float(stream.uniform(isSigned ? -1 : 0, 1) * (stream.uniform() < 0.5 ? 1e-3 : 1))
      let distance = abs(code.values[Int(code.code(of: x))] - x)
      let allowed = kind == .dynamic && !isSigned ? code.values.filter { $0 > 0 } : code.values
      let least = allowed.map { abs($0 - x) }.min() ?? 0
      #expect(distance <= least * 1.0001 + 1e-9, "\(x) is \(distance) off, not \(least)")
    }
    #expect(code.values[Int(code.code(of: 0))] == 0 && code.values[Int(code.code(of: .nan))] == 0)
  }

  @Test func denominatorsNeverVanishInTheDynamicCode() {
    let tiny = Float(1e-12)
    let (dynamic, linear) = (ByteCode(.dynamic, isSigned: false), ByteCode(.linear, isSigned: false))
    #expect(dynamic.values[Int(dynamic.code(of: tiny))] > 0)
    #expect(linear.values[Int(linear.code(of: tiny))] == 0)
  }

  @Test func roundingKeepsScalesOfBlocks() {
    var stream = RandomStream(seed: 2)
    let numbers = (0..<1000).map { Float(stream.normal() * ($0 < 500 ? 1 : 1e-4)) }
    let code = ByteCode(.linear, isSigned: true)
    func error(_ block: Int?) -> Float {
      zip(numbers, code.rounded(numbers, block: block)).suffix(500).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(error(100) < 1e-5 && error(nil) > 1e-5)
    #expect(code.rounded([], block: nil).isEmpty && code.rounded([0, 0], block: 1) == [0, 0])
  }

  /// One block is the whole tensor of 256 numbers: rounded to the nearest, the searched way and the compiled one agree to the
  /// bit. Dithered, each has luck of its own.
  @Test func searchedCodesAreThoseOfTheCompiledPass() {
    let layout = Layout([("w", [16, 16]), ("b", [3])])
    func run(_ rule: some UpdateRule) -> [UInt32] {
      UpdateRuleTests.run(rule, layout, from: UpdateRuleTests.start(layout.count), 1...30).0.map(\.bitPattern)
    }
    let usual = run(Quantized(AdamW(), least: 4, isDithered: false))
    #expect(run(Quantized(AdamW(), least: 4, isDithered: false, blockSize: nil)) == usual)
    #expect(run(Quantized(AdamW(), least: 4, isDithered: false, code: .linear)) != usual)
    #expect(run(Quantized(AdamW(), least: 4, blockSize: nil)) != usual)
    #expect(
      run(Quantized(COCOB(), least: 4, isDithered: false, blockSize: nil))
        == run(Quantized(COCOB(), least: 4, isDithered: false)))
  }

  @Test func searchedStatesAreSaved() throws {
    _ = try CombinatorTests.run(Quantized(AdamW(), least: 4, code: .linear, blockSize: 7))
    let layout = Layout([("w", [100, 100]), ("b", [10])])
    let (bytes, usual) = (
      Quantized(AdamW(), blockSize: nil).start(layout).byteCount, Quantized(AdamW()).start(layout).byteCount
    )
    #expect(bytes < usual && bytes > 20_000)
  }
}
