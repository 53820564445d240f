// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import Testing

@Suite("Random streams") struct RandomStreamTests {
  /// Random123's known-answer file, philox4x64 with ten rounds.
  @Test func publishedVectors() {
    #expect(
      RandomStream.philox(.zero, .zero)
        == [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b])
    #expect(
      RandomStream.philox(SIMD4(repeating: .max), SIMD2(repeating: .max))
        == [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0])
    #expect(
      RandomStream.philox(
        [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89],
        [0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c])
        == [0xa528_f454_03e6_1d95, 0x38c7_2dbd_566e_9788, 0xa5a1_610e_72fd_18b5, 0x57bd_43b5_e52b_7fe6])
  }

  /// numpy.random.Philox(key=[7, 0x677261647573]).random_raw(6)
  @Test func numpyStream() {
    var stream = RandomStream(seed: 7)
    let drawn = (0..<6).map { _ in stream.next() }
    #expect(drawn == numpyPhilox)
  }

  /// A state is exact, in the form that journals have.
  @Test func statesAreKeptAndBrokenOnesRefused() throws {
    var stream = RandomStream(seed: 5)
    for _ in 0..<6 { _ = stream.next() }
    let data = try JSONEncoder().encode(stream)
    var again = try JSONDecoder().decode(RandomStream.self, from: data)
    #expect(again == stream)
    #expect(again.next() == stream.next())
    let known = Data(#"{"key":[1,2],"counter":3,"block":[4,5,6,7],"used":2}"#.utf8)
    var told = try JSONDecoder().decode(RandomStream.self, from: known)
    #expect([told.next(), told.next()] == [6, 7])
    let broken = Data(#"{"key":[1,2],"counter":3,"block":[4,5,6,7],"used":9}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(RandomStream.self, from: broken) }
    // More would overwrite what is behind the frames of functions that wait (swiftlang/swift#91639).
    #expect(MemoryLayout<RandomStream>.alignment <= 16)
  }

  @Test func childrenAreIndependentAndDoNotAdvance() {
    var parent = RandomStream(seed: 1)
    let before = parent
    var a = parent.child("a")
    var b = parent.child("b")
    var a1 = parent.child("a", 1)
    #expect(parent == before)
    let drawn = [a.next(), b.next(), a1.next(), parent.next()]
    #expect(Set(drawn).count == 4)
    var again = before.child("a")
    #expect(again.next() == drawn[0])
  }

  @Test func uniformsFillTheUnitInterval() {
    var stream = RandomStream(seed: 3)
    let draws = (0..<20_000).map { _ in stream.uniform() }
    #expect(draws.allSatisfy { (0..<1).contains($0) })
    // Mean within five standard errors of ½.
    let mean = draws.reduce(0, +) / 20_000
    let standardError = (1.0 / 12 / 20_000).squareRoot()
    #expect(abs(mean - 0.5) < 5 * standardError)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 20, 1_003])
  func manyNormalsAreTheSameBitsAsOneByOne(_ count: Int) {
    var (many, single) = (RandomStream(seed: 12), RandomStream(seed: 12))
    #expect(many.normals(count).elements == (0..<count).map { _ in single.normal() })
    #expect(many == single)
  }

  @Test func normalsHaveTheirMoments() {
    var stream = RandomStream(seed: 4)
    let x = stream.normals(40_000).elements
    let mean = x.reduce(0, +) / 40_000
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    let standardError = (1.0 / 40_000).squareRoot()
    #expect(abs(mean) < 5 * standardError)
    #expect(abs(variance - 1) < 5 * 2.0.squareRoot() * standardError)
  }

  @Test func integersAreUnbiased() {
    var stream = RandomStream(seed: 5)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.integer(below: 7)] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chiSquare < 22.5)  // 99.9 % point for six degrees of freedom
  }

  @Test func permutationsAreComplete() {
    var stream = RandomStream(seed: 6)
    for n in [0, 1, 2, 17] { #expect(stream.permutation(n).sorted() == Array(0..<n)) }
  }

  @Test func categoricalFollowsItsWeights() {
    var stream = RandomStream(seed: 8)
    var counts = [0, 0, 0]
    for _ in 0..<40_000 { counts[stream.categorical([1, 0, 3])] += 1 }
    #expect(counts[1] == 0)
    let deviation = 7500.0.squareRoot()
    #expect(abs(Double(counts[0]) - 10_000) < 5 * deviation)
  }
}

private let numpyPhilox: [UInt64] = [
  0x0918ba3bbae5e358, 0xc2bfdfbce866de4d, 0x95cb0f60761378fc,
  0x6e34770d38166667, 0xfc1bc037af57c463, 0xee38d044bc56b1c4,
]
