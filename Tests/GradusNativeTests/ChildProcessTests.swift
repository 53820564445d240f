// SPDX-License-Identifier: Apache-2.0
import GradusNative
import Testing

@Suite(.timeLimit(.minutes(10))) struct ChildProcessTests {
  private struct TooLate: Error {}

  @Test func whatIsSentComesBack() throws {
    let child = try ChildProcess(executable: "/bin/cat", arguments: [])
    let sent = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    try sent.withUnsafeBytes { try child.channel.send($0) {}.get() }
    var received = [UInt8](repeating: 0, count: sent.count)
    try received.withUnsafeMutableBytes { try child.channel.receive($0) {}.get() }
    #expect(received == sent)
    #expect(child.wait(seconds: 0) == nil)
    child.kill()
    #expect(child.wait(seconds: 20) == .signal(9))
    #expect(child.wait(seconds: 0)?.description == "signal 9 (killed)")
  }

  @Test func anEndIsToldFromAnAnswer() throws {
    let child = try ChildProcess(executable: "/bin/sh", arguments: ["-c", "printf abc; exit 3"])
    var bytes: [UInt8] = [0, 0, 0]
    try bytes.withUnsafeMutableBytes { try child.channel.receive($0) {}.get() }
    #expect(bytes == Array("abc".utf8))
    let result = bytes.withUnsafeMutableBytes { child.channel.receive($0) {} }
    #expect(throws: ChannelError.closed) { try result.get() }
    #expect(child.wait(seconds: 20) == .exited(3))
  }

  /// A process that has gone is an error for the writer, and no signal.
  @Test func writingToOneThatIsGoneIsAnError() throws {
    let child = try ChildProcess(executable: "/bin/sh", arguments: ["-c", "exit 0"])
    #expect(child.wait(seconds: 20) == .exited(0))
    let result = [UInt8](repeating: 1, count: 1 << 22).withUnsafeBytes { child.channel.send($0) {} }
    #expect(throws: ChannelError.closed) { try result.get() }
  }

  @Test func waitingMayBeBrokenOff() throws {
    let child = try ChildProcess(executable: "/bin/sleep", arguments: ["1000"])
    let deadline = MonotonicTime.now + 0.2
    let idle: () throws(TooLate) -> Void = { () throws(TooLate) in
      if MonotonicTime.now > deadline { throw TooLate() }
    }
    var byte: [UInt8] = [0]
    #expect(throws: TooLate.self) { _ = try byte.withUnsafeMutableBytes { try child.channel.receive($0, idle: idle) } }
    let block = [UInt8](repeating: 0, count: 1 << 24)
    #expect(throws: TooLate.self) { _ = try block.withUnsafeBytes { try child.channel.send($0, idle: idle) } }
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    #expect(throws: ChannelError.system(2)) { try ChildProcess(executable: "/nonexistent", arguments: []) }
  }
}
