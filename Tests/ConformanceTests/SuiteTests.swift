// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusConformance
import GradusCore
import GradusNumerics
import GradusProblems
import Synchronization
import Testing

@Suite("Suites of journals, stopping rules, generators, domains and oracles")
struct SuiteTests {
  private static func path() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
  }

  @Test func `journals in memory and in files`() throws {
    #expect(try JournalSuite.check("memory", isLasting: false) { MemoryJournal() } == [])
    let path = Self.path()
    defer { for end in ["", ".lock"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let violations = try JournalSuite.check("file", isLasting: true) {
      try FileJournal(path)
    } tear: {
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.seekToEnd()
      try file.write(contentsOf: Data("{\"half\": ".utf8))
      try file.close()
    }
    #expect(violations == [])
  }

  /// A journal that loses, repeats or reorders lines.
  final class BrokenJournal: Journal {
    let flaw: String
    let content = Mutex<[[UInt8]]>([])
    init(_ flaw: String) { self.flaw = flaw }
    func append(_ line: [UInt8]) {
      content.withLock { lines in
        switch flaw {
        case "newest first": lines.insert(line, at: 0)
        case "cuts": lines.append(Array(line.prefix(1000)))
        default: lines.append(line)
        }
      }
    }
    func lines() -> [[UInt8]] {
      content.withLock { lines in
        defer { if flaw == "forgets" { lines = [] } }
        return lines
      }
    }
  }

  @Test(arguments: ["newest first", "cuts", "forgets"])
  func `broken journals are caught`(_ flaw: String) throws {
    #expect(try !JournalSuite.check(flaw, isLasting: false) { BrokenJournal(flaw) }.isEmpty)
  }

  @Test func `stopping rules`() {
    let violations =
      StoppingRuleSuite.check("answers", .answers(100)) + StoppingRuleSuite.check("kind", .answers(5, of: "value"))
      + StoppingRuleSuite.check("time", .time(.seconds(1))) + StoppingRuleSuite.check("cost", .cost(1))
      + StoppingRuleSuite.check("measure", .measure(below: 1e-6))
      + StoppingRuleSuite.check("gap", .gap(absolute: 1e-6, relative: 1e-4))
      + StoppingRuleSuite.check("value", .value(reaches: 0)) + StoppingRuleSuite.check("stalled", .stalled(for: 50))
      + StoppingRuleSuite.check("either", .answers(100) || .measure(below: 1e-6))
      + StoppingRuleSuite.check("interruption", Interruption())
    #expect(violations == [])
  }

  final class Moody: StoppingRule {
    let asked = Mutex(0)
    func verdict(_ progress: RunProgress) -> StopReason? {
      asked.withLock {
        $0 += 1
        return $0 % 3 == 0 ? StopReason(.time, "a mood") : nil
      }
    }
  }

  struct Overrunning: StoppingRule {
    var answerLimit: Int? { 10 }
    func verdict(_ progress: RunProgress) -> StopReason? {
      progress.answers >= 100 ? StopReason(.answers, "too late") : nil
    }
  }

  @Test func `broken stopping rules are caught`() {
    #expect(Set(StoppingRuleSuite.check("moody", Moody()).map(\.law)).contains("no memory"))
    #expect(Set(StoppingRuleSuite.check("overrunning", Overrunning()).map(\.law)) == ["limit"])
  }

  /// Adds a constant; its low bits repeat at once.
  struct Counter: RandomNumberGenerator, Codable {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      return state
    }
  }

  /// Forgets its position when saved.
  struct Forgetful: RandomNumberGenerator, Codable {
    var stream: RandomStream
    var seed: UInt64
    init(_ seed: UInt64) {
      self.seed = seed
      stream = RandomStream(seed: seed)
    }
    init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(UInt64.self)) }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(seed)
    }
    mutating func next() -> UInt64 { stream.next() }
  }

  @Test func `random generators`() throws {
    #expect(try GeneratorSuite.check("stream") { RandomStream(seed: $0) } == [])
    #expect(try GeneratorSuite.check("child") { RandomStream(seed: $0).child("suite", 3) } == [])
    #expect(try GeneratorSuite.check("counter") { Counter(state: $0) }.map(\.law).contains("independence"))
    #expect(try Set(GeneratorSuite.check("forgetful") { Forgetful($0) }.map(\.law)) == ["saving"])
  }

  /// The unit disk, which draws from the square around it.
  struct Disk: Domain {
    func violation(of point: Vector) -> Double { max(0, point.norm - 1) }
    func sample(_ random: inout RandomStream) -> Vector { [random.uniform(-1, 1), random.uniform(-1, 1)] }
  }

  @Test func `domains`() throws {
    let boxes = [
      Box(lower: [0, -1], upper: [1, 1]), Box(lower: [0, -.infinity], upper: [.infinity, 2]), Box.all(2),
      Box(lower: [3, 3], upper: [3, 4]),
    ]
    for box in boxes {
      let outside: [Vector] = [[-5, -5], [9, 9], [.nan, 0]].filter { box.violation(of: $0) > 0 && $0.isFinite }
      #expect(try DomainSuite.check("box", box, outside: outside, projection: box.projection) == [])
      #expect(box.violation(of: [.nan, 3.5]) == .infinity)
    }
    #expect(try Set(DomainSuite.check("disk", Disk()).map(\.law)) == ["sampling"])
    let shifting = try DomainSuite.check("box", boxes[0], outside: [[5, 5]]) { boxes[0].projection(of: $0 + [0.1, 0]) }
    #expect(Set(shifting.map(\.law)) == ["projection"])
  }

  @Test func `oracles and their adapters`() async throws {
    let box = Box(lower: [-2, -2], upper: [2, 2])
    let problem = try ProblemLibrary.problem(named: "rosenbrock")
    let base = try #require(problem.oracle as? any FirstOrderOracle<Vector>)
    let violations =
      try await OracleSuite.check("base", base, in: box)
      + OracleSuite.check("cached", base.cached(), base: base, in: box)
      + OracleSuite.check("retrying", base.retrying(pause: .zero), base: base, in: box)
      + OracleSuite.check("penalizing", base.penalizing(failures: 1e9), base: base, in: box)
      + OracleSuite.check("differences", base.finiteDifferences(), base: base, in: box)
      + OracleSuite.check("forward", base.finiteDifferences(.forward), base: base, in: box, gradientAccuracy: 1e-4)
      + OracleSuite.check("recorded", base.recorded(to: MemoryJournal()), base: base, in: box)
      + OracleSuite.checkFailures("retrying", survives: 2) { $0.retrying(attempts: 3, pause: .zero) }
    #expect(violations == [])
  }

  @Test func `oracles that tell a part of the gradient`() async throws {
    let lattice = LabelLattice(width: 4, seed: 1)
    let box = Box(lower: Vector(repeating: -1, count: 16), upper: Vector(repeating: 1, count: 16))
    #expect(try await OracleSuite.check("lattice", lattice, in: box) == [])
    let forgetful = ForgetfulLattice(lattice: lattice)
    #expect(try await Set(OracleSuite.check("forgetful", forgetful, in: box).map(\.law)) == ["partial gradient"])
  }

  /// Tells the entries of the block that moved, and not those of its neighbors.
  private struct ForgetfulLattice: SecondOrderOracle {
    let lattice: LabelLattice
    func linearization(at x: Vector) async throws -> Linearization<Vector> { try await lattice.linearization(at: x) }
    func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector {
      try await lattice.hessianProduct(at: x, along: d)
    }
    func blockLinearization(at x: Vector, moving block: [Int]) async throws -> BlockLinearization {
      let whole = try await lattice.linearization(at: x)
      return BlockLinearization(value: whole.value, places: block, entries: Vector(block.map { whole.gradient[$0] }))
    }
  }

  @Test func `broken oracles are caught`() async throws {
    let box = Box(lower: [-2, -2], upper: [2, 2])
    let wrongGradient = SmoothFunction { x in (x.inner(x), 2.01 * x) }
    #expect(try await Set(OracleSuite.check("gradient", wrongGradient, in: box).map(\.law)) == ["derivative"])
    let calls = Mutex(0.0)
    let drifting = ValueFunction<Vector> { x in
      calls.withLock {
        $0 += 1
        return x.inner(x) + $0
      }
    }
    #expect(try await OracleSuite.check("drifting", drifting, in: box).map(\.law).contains("repetition"))
    let one = await OracleSuite.checkFailures("impatient", survives: 2) { $0.retrying(attempts: 2, pause: .zero) }
    #expect(one.map(\.law) == ["retrying"])
  }
}
