const socket = io("http://localhost:3001");

socket.on("external_buy_progress", (progress) => {
  console.log(`Progress: ${progress.progress}% - ${progress.phaseTitle}`);
});

// Start buy via API
fetch("/api/external-buy/start", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    userId: "user123",
    tokenAddress: "TokenAddr...",
    buyAmount: 0.1,
    walletPrivateKey: "PrivateKey...",
  }),
});
