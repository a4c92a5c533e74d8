use codex_feedback::*; use std::time::Instant;
fn main(){ let r=Redactor::new(); r.register("some-registered-secret"); let ring=LogRing::new(r.clone());
let line=b"2026-11-22T14:34:44.790504Z TRACE codex_client::sse: frame chunk=0 bytes=512 url=https://api.example/v1/responses input_tokens=12\n";
let t=Instant::now(); for _ in 0..500_000{ ring.append(line);} println!("append {:?}/line, {} B", t.elapsed()/500_000, line.len());
use tracing_subscriber::prelude::*; let s=tracing_subscriber::registry().with(ring.layer());
tracing::subscriber::with_default(s,||{let t=Instant::now(); for i in 0..200_000u64{ tracing::trace!(chunk=i, bytes=512, "frame"); } println!("layer {:?}/event", t.elapsed()/200_000);});
}
