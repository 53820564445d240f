// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The log of a training: a line a step, appended to its file as the run goes.
///
/// Lines are in the file before a checkpoint that knows of them is, and a run that is resumed cuts those that its
/// checkpoint does not know of. So the log of a run that was killed and resumed is, byte for byte, that of one that was not.
final class TrainingLog {
  /// What is known of a step.
  struct Entry {
    var step: Int
    /// Of the batch; not a number when it was a bad one.
    var loss: Double
    var rate: Double
    var norm: Double
    /// The loss of held-out observations, where they were looked at.
    var heldOut: Double?

    var line: String { "\(step),\(loss),\(rate),\(norm),\(heldOut.map { "\($0)" } ?? "")\n" }

    init(step: Int, loss: Double, rate: Double, norm: Double, heldOut: Double? = nil) {
      self.step = step
      self.loss = loss
      self.rate = rate
      self.norm = norm
      self.heldOut = heldOut
    }

    init?(_ line: some StringProtocol) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 5, let step = Int(fields[0]), let loss = Double(fields[1]), let rate = Double(fields[2]),
        let norm = Double(fields[3])
      else { return nil }
      self.init(step: step, loss: loss, rate: rate, norm: norm, heldOut: Double(fields[4]))
    }
  }

  private static let header = "step,loss,rate,gradientNorm,heldOut\n"
  private let path: String
  private let descriptor: Int32
  private var pending = ""

  /// The lines of a log that is there.
  static func entries(of path: String) throws -> [Entry] {
    let text = String(decoding: try AtomicFile.read(path, limit: 1 << 30), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard let first = lines.first, first + "\n" == header else {
      throw FileFailure(path: path, action: "read", cause: "it is no log of a training; name another file")
    }
    return lines.dropFirst().compactMap { Entry($0) }
  }

  /// A fresh log, or, after `step` steps, the one that is there without what lies beyond them; `known` hears what stays.
  init(_ path: String, after step: Int, known: (Entry) -> Void) throws(FileFailure) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (step == 0 ? O_TRUNC : 0), 0o644)
    guard descriptor >= 0 else { throw Self.failure("write", path) }
    let end = step == 0 ? 0 : try keep(step, known)
    guard ftruncate(descriptor, off_t(end)) == 0 || errno == EINVAL, lseek(descriptor, 0, SEEK_END) >= 0 || end == 0
    else { throw Self.failure("write", path) }
    if end == 0 {
      pending = Self.header
      try flush()
    }
  }

  deinit { close(descriptor) }

  /// The bytes up to the line of `step`, read in pieces.
  private func keep(_ step: Int, _ known: (Entry) -> Void) throws(FileFailure) -> Int {
    var (end, rest, isFirst) = (0, [UInt8](), true)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { SystemIO.take(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure("read", path) }
      if count == 0 { return end }
      rest += chunk[..<count]
      while let newline = rest.firstIndex(of: 0x0A) {
        let line = String(decoding: rest[..<newline], as: UTF8.self)
        if isFirst {
          guard line + "\n" == Self.header else {
            throw FileFailure(path: path, action: "read", cause: "it is no log of a training; name another file")
          }
        } else {
          guard let entry = Entry(line), entry.step <= step else { return end }
          known(entry)
        }
        isFirst = false
        end += newline + 1
        rest.removeSubrange(...newline)
      }
    }
  }

  func note(_ entry: Entry) throws(FileFailure) {
    pending += entry.line
    if pending.utf8.count > 1 << 16 { try flush() }
  }

  /// Puts what was noted into the file.
  func flush() throws(FileFailure) {
    var bytes = Array(pending.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { SystemIO.put(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure("write", path) }
      bytes = bytes.dropFirst(count)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private static func failure(_ action: String, _ path: String) -> FileFailure {
    FileFailure(path: path, action: action, cause: String(cString: strerror(errno)))
  }
}
