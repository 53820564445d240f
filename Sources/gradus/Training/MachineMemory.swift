// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much memory this process can still have.
enum MachineMemory {
  /// Bytes that are free for the taking: the least of what the machine, its control groups and the limit of this process
  /// allow; nil where none of them says.
  static var available: Int? { [machine, controlGroup, ownLimit].compactMap { $0 }.min() }

  private static var machine: Int? {
    #if canImport(Darwin)
      var size: UInt64 = 0
      var length = MemoryLayout<UInt64>.size
      return sysctlbyname("hw.memsize", &size, &length, nil, 0) == 0 ? Int(clamping: size) : nil
    #else
      return lines("/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }.flatMap { line in
        line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
      }
    #endif
  }

  /// The tightest of the groups that this process is in, with the cache of files counted as free.
  private static var controlGroup: Int? {
    var rooms: [Int] = []
    for line in lines("/proc/self/cgroup") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isUnified = fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      var path = String(fields[2])
      while true {
        if let room = room(root + path, isUnified) { rooms.append(room) }
        guard path.count > 1, let slash = path.lastIndex(of: "/") else { break }
        path = String(path[..<slash])
      }
      if let room = room(root, isUnified) { rooms.append(room) }
    }
    return rooms.min()
  }

  private static func room(_ folder: String, _ isUnified: Bool) -> Int? {
    let names = isUnified ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
    guard let limit = lines("\(folder)/\(names.0)").first.flatMap({ Int($0) }), limit < 1 << 60,
      let used = lines("\(folder)/\(names.1)").first.flatMap({ Int($0) })
    else { return nil }
    let cached = lines("\(folder)/memory.stat").first { $0.hasPrefix(isUnified ? "file " : "total_cache ") }
    return max(0, limit - used + (cached?.split(separator: " ").last.flatMap { Int($0) } ?? 0))
  }

  /// What `ulimit -v` leaves.
  private static var ownLimit: Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    #else
      guard getrlimit(RLIMIT_AS, &limit) == 0 else { return nil }
    #endif
    guard limit.rlim_cur < rlim_t(1) << 60 else { return nil }
    let pages = lines("/proc/self/statm").first?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    return max(0, Int(limit.rlim_cur) - pages * Int(getpagesize()))
  }

  private static func lines(_ path: String) -> [Substring] {
    guard let bytes = try? AtomicFile.read(path, limit: 1 << 20) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// Bytes of a text such as `800M`, `2G` or `1000000`; nil for another.
  static func bytes(_ text: String) -> Int? {
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    let lower = text.lowercased()
    let digits = lower.hasSuffix("b") ? lower.dropLast() : lower[...]
    let unit = digits.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? digits : digits.dropLast()), number >= 0, number < 1e15 else { return nil }
    return Int(number * (unit ?? 1))
  }
}

extension Numbers {
  /// `640 bytes`, `12.3 MB`, `4.1 GB`.
  static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    while value >= 999.5, unit < 5 { (value, unit) = (value / 1000, unit + 1) }
    return "\(short(value, digits: 3)) \(["bytes", "kB", "MB", "GB", "TB", "PB"][unit])"
  }
}
