// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Broken files: no crash, no hang, an error with a place, or a problem that can be written and read again.
///
/// `GRADUS_FUZZ_COUNT` sets how many mutants each format gets; `make fuzz` asks for 100,000.
@Suite struct FuzzTests {
  static let count = ProcessInfo.processInfo.environment["GRADUS_FUZZ_COUNT"].flatMap { Int($0) } ?? 3000

  static let seeds: [ModelFormat: [String]] = [
    .mps: [
      MPSReaderTests.small,
      MPSSectionTests.text(
        head: "OBJSENSE\n  MAX\n", columns: MPSSectionTests.integer,
        "RHS\n RHS r 1.5 s -2\nRANGES\n RNG s 3\nBOUNDS\n UP b x 1\n SC b y 5\nQUADOBJ\n x x 1\n x y 1e-3\n"
          + "QCMATRIX r\n x x 1\nSOS\n S1 set 4\n x 1\n y 2\nINDICATORS\n IF s x 1\n"),
      "NAME          B\nROWS\n N  OB 1\n L  R  1\nCOLUMNS\n    X 1       R  1               2.0   OB 1               3.0\n"
        + "RHS\n              R  1               4.0\nBOUNDS\n FR           X 1\nENDATA\n",
    ],
    .lp: [LPReaderTests.everything, "max\n 2 x1 - x[1] + [ x1 ^ 2 - 2 x1 * x[1] ] / 2\nst\n x1 <= 4\nend\n"],
  ]

  @Test(arguments: ModelFormat.linear)
  func mutants(_ format: ModelFormat) throws {
    var stream = RandomStream(seed: 7)
    let seeds = (Self.seeds[format] ?? []).map { Array($0.utf8) }
    let mutator = Mutator(seeds: seeds)
    var accepted = 0
    for k in 0..<Self.count {
      let bytes = mutator.mutant(&stream)
      let start = ThreadClock.seconds
      do {
        let form = try ModelFile.parse(FileBytes(path: "f", content: bytes), format).form
        accepted += 1
        try check(form, format, k)
      } catch let error as ReadError {
        if error.line < 1 || error.column < 1 || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
      if ThreadClock.seconds - start > 1 {
        Issue.record("mutant \(k) takes too long: \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    // A fuzzer that only ever meets the first check of a reader tests nothing else.
    #expect(accepted > Self.count / 50)
  }

  /// What was read is finite where it has to be, and survives the way through its own format.
  private func check(_ form: StandardForm, _ format: ModelFormat, _ k: Int) throws {
    let numbers = form.costs + form.matrix.values + [form.objectiveOffset]
    if !numbers.allSatisfy(\.isFinite) { Issue.record("mutant \(k) has coefficients that are not finite") }
    let sides = [form.rowLower, form.rowUpper, form.columnLower, form.columnUpper].joined()
    if sides.contains(where: \.isNaN) { Issue.record("mutant \(k) has a bound that is not a number") }
    do {
      let (bytes, _) = try ModelFile.text(of: form, format: format)
      let again = try ModelFile.parse(FileBytes(path: "f", content: bytes), format).form
      var wanted = form
      if wanted.objectiveName.isEmpty { wanted.objectiveName = again.objectiveName }
      if let part = again.difference(from: wanted) { Issue.record("mutant \(k) loses its \(part)") }
    } catch is WriteError {
      // Contradictory sides do not fit an MPS file, and the writer says so.
    }
  }

  @Test func basisMutants() throws {
    let form = try LPReaderTests.read(LPReaderTests.everything)
    let mutator = Mutator(seeds: [Array("NAME p\n XL x c1\n XU y q\n UL w\n BS z\n LL v[1]\nENDATA\n".utf8)])
    var stream = RandomStream(seed: 9)
    for k in 0..<Self.count {
      do {
        _ = try BasisFile.parse(text: String(decoding: mutator.mutant(&stream), as: UTF8.self), for: form)
      } catch {
        if error.line < 1 || error.column < 1 { Issue.record("mutant \(k): \(error)") }
      }
    }
  }

  @Test(arguments: ModelFormat.linear)
  func noise(_ format: ModelFormat) {
    var stream = RandomStream(seed: 8)
    for _ in 0..<max(100, Self.count / 10) {
      let bytes = (0..<Int.random(in: 0..<400, using: &stream)).map { _ in UInt8.random(in: 0...255, using: &stream) }
      let error = #expect(throws: ReadError.self) {
        try ModelFile.parse(FileBytes(path: "f", content: bytes), format)
      }
      #expect((error?.line ?? 0) >= 1)
    }
  }

  @Test(arguments: ModelFormat.linear, ["a", " a", "1", " 1", "+", "[", "(", "\t", "a:", "* ", "a + ", "-1 "])
  func longLines(_ format: ModelFormat, _ piece: String) {
    let long = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
    for head in ["", "min\n", "min\n x\nst\n c:", "NAME t\nROWS\n N ", "min\n x\nst\nx>=1\nbounds\n"] {
      let start = ThreadClock.seconds
      _ = try? ModelFile.parse(text: head + long, format: format)
      #expect(ThreadClock.seconds - start < 5)
    }
  }
}

/// The processor time of this thread: a busy machine does not make a reader hang.
enum ThreadClock {
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// Small damage to texts: bytes, lines and words changed, left out, doubled, exchanged, taken from another seed.
struct Mutator {
  let seeds: [[UInt8]]

  static let words = [
    "inf", "-inf", "nan", "1e400", "1e-400", "1e20", "-1e30", "0", "-0", "1e308", "x", "y", "r", "ENDATA", "RHS",
    "BOUNDS",
    "ROWS", "COLUMNS", "end", "st", "bounds", "free", ":", "::", "->", "[", "]", "<=", ">=", "=", "+", "-", "\t", "\r",
    "o54", "o35", "o64", "o5", "v0", "v9", "n-1.5", "2147483647", "4294967296", "%", "'MARKER'", "'INTORG'", "S1",
    "99999999999999999999", "\u{0}", "é",
  ].map { Array($0.utf8) }

  func mutant(_ stream: inout RandomStream) -> [UInt8] {
    var bytes = seeds.randomElement(using: &stream) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &stream) { change(&bytes, &stream) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ stream: inout RandomStream) {
    guard !bytes.isEmpty else { return }
    let i = Int.random(in: 0..<bytes.count, using: &stream)
    switch Int.random(in: 0..<9, using: &stream) {
    case 0: bytes[i] = UInt8.random(in: 0...255, using: &stream)
    case 1: bytes[i] = UInt8.random(in: 0x20...0x7E, using: &stream)
    case 2: bytes.remove(at: i)
    case 3: bytes.removeLast(i)
    case 4: bytes.insert(contentsOf: Mutator.words.randomElement(using: &stream) ?? [], at: i)
    case 5:
      let line = lineRange(bytes, i)
      bytes.insert(contentsOf: bytes[line], at: line.lowerBound)
    case 6: bytes.removeSubrange(lineRange(bytes, i))
    case 7:
      let word = wordRange(bytes, i)
      bytes.replaceSubrange(word, with: Mutator.words.randomElement(using: &stream) ?? [])
    default:
      let other = seeds.randomElement(using: &stream) ?? []
      guard !other.isEmpty else { return }
      let line = lineRange(other, Int.random(in: 0..<other.count, using: &stream))
      bytes.insert(contentsOf: other[line], at: lineRange(bytes, i).lowerBound)
    }
  }

  private func lineRange(_ bytes: [UInt8], _ i: Int) -> Range<Int> {
    let start = (bytes[..<i].lastIndex(of: 10) ?? -1) + 1
    let end = bytes[i...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
    return start..<end
  }

  private func wordRange(_ bytes: [UInt8], _ i: Int) -> Range<Int> {
    let start = (bytes[..<i].lastIndex { $0 <= 0x20 } ?? -1) + 1
    let end = bytes[i...].firstIndex { $0 <= 0x20 } ?? bytes.count
    return start..<max(start, end)
  }
}
