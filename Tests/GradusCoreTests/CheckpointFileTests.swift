// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import Testing

/// Files of checkpoints: what was saved comes back to the bit, and what is broken is refused in one line.
@Suite struct CheckpointFileTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "gradus-\(UUID()).checkpoint").path

  private func saved(_ count: Int) async throws -> (Run<PlainSGD>, [UInt8]) {
    let run = try Run(PlainSGD.Problem(count: count), by: PlainSGD(), asking: NoisyQuadratic(), seed: 1)
    for _ in 0..<3 { _ = try await run.step() }
    try run.save(to: path)
    return (run, try AtomicFile.read(path))
  }

  /// Lengths around a word of the checksum, and more than is written at once.
  @Test(arguments: [0, 1, 2, 3, 1000, 262_143, 262_145, 700_001])
  func whatWasSavedComesBack(_ count: Int) async throws {
    let (run, bytes) = try await saved(count)
    defer { unlink(path) }
    let checkpoint = try Checkpoint(contentsOf: path)
    #expect(try checkpoint.stateBits() == run.checkpoint().stateBits())
    #expect(try checkpoint.serialized() == bytes)
    let resumed = try Run<PlainSGD>(
      resuming: checkpoint, of: PlainSGD.Problem(count: count), asking: NoisyQuadratic())
    _ = try await run.step()
    _ = try await resumed.step()
    #expect(try run.checkpoint().stateBits() == resumed.checkpoint().stateBits())
  }

  /// A run that goes on changes nothing of a checkpoint that was taken.
  @Test func aCheckpointIsAValue() async throws {
    let (run, _) = try await saved(1000)
    defer { unlink(path) }
    let checkpoint = try run.checkpoint()
    let before = checkpoint.stateBits()
    for _ in 0..<3 { _ = try await run.step() }
    #expect(checkpoint.stateBits() == before)
    #expect(try run.checkpoint().stateBits() != before)
  }

  @Test func brokenFilesAreRefused() async throws {
    let (_, bytes) = try await saved(500)
    defer { unlink(path) }
    func refusal(_ broken: [UInt8]) throws -> String? {
      try Data(broken).write(to: URL(filePath: path))
      do {
        _ = try Checkpoint(contentsOf: path)
        return nil
      } catch {
        return "\(error)"
      }
    }
    // Cut anywhere, and longer than it was.
    for length in [0, 1, 7, 8, 11, 12, 19, 20, 40] + stride(from: 60, to: bytes.count, by: 41) {
      let message = try #require(try refusal(Array(bytes[..<length])))
      #expect(message.contains(path) && !message.contains("\n"), "\(message)")
    }
    #expect(try refusal(bytes + [0]) != nil)
    // Every eighth byte with one bit turned over, lengths included.
    for place in stride(from: 0, to: bytes.count, by: 8) {
      var broken = bytes
      broken[place] ^= 1 << UInt8(place / 8 % 8)
      let message = try #require(try refusal(broken), "bit \(place / 8 % 8) of byte \(place)")
      #expect(message.contains(path) && !message.contains("\n"), "\(message)")
    }
    for place in 8..<80 {
      var broken = bytes
      broken[place] ^= 0x80
      #expect(try refusal(broken) != nil, "byte \(place)")
    }
  }

  @Test func whatIsNoFileIsRefused() {
    #expect(throws: FileFailure.self) { try Checkpoint(contentsOf: "/") }
    #expect(throws: FileFailure.self) { try Checkpoint(contentsOf: path + ".missing") }
  }
}
