import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import http from "node:http";
const r = JSON.parse(readFileSync("/tmp/ready.json"));
const theme = process.argv[2] ?? "light", size = process.argv[3] ?? "1600x1000";
const [w,h] = size.split("x").map(Number);
let n = 0;
const app = http.createServer((q,s)=>{ let b=""; q.on("data",d=>b+=d); q.on("end",()=>{ n++; s.writeHead(n%5===0?500:200,{"content-type":"application/json"}); s.end(JSON.stringify({ok:true,n,got:b.length})); }); });
await new Promise(d=>app.listen(0,"127.0.0.1",d));
const appUrl = `http://127.0.0.1:${app.address().port}/webhooks`;
const api = (m,p,b)=>fetch(r.ui+"/api/v1"+p,{method:m,headers:{authorization:`Bearer ${r.token}`,"content-type":"application/json"},body:b&&JSON.stringify(b)}).then(async x=>x.status==204?null:x.json());
await api("PATCH","/settings",{theme});
const have = (await api("GET","/requests")).total;
if (have < 10) {
  await api("POST","/targets",{name:"orders app",url:appUrl,transform:"function transform(request) {\n  request.headers.set('x-tag', 'blue');\n  return request;\n}\n"});
  await api("POST","/targets",{name:"dead app",url:"http://127.0.0.1:9/x"});
  await api("POST","/endpoints",{slug:"stripe",name:"Stripe",provider:"stripe",secret:"whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",targets:["orders app","dead app"]});
  for (const id of ["stripe.charge.refunded","github.push","shopify.orders/create","slack.event_callback"]) { const x = await api("POST","/samples",{id, endpoint: id.startsWith("stripe")?"stripe":"inbox"}); if (x.kind) console.log(id, x.text ?? JSON.stringify(x)); }
  const ss = await api("GET","/samples"); for (const s of ss.slice(0,14)) await api("POST","/samples",{id:s.id, endpoint: s.provider==="stripe"?"stripe":"inbox"});
}
const br = await chromium.launch({executablePath:"/usr/bin/chromium",args:["--no-sandbox","--disable-gpu","--disable-background-networking"]});
const pg = await (await br.newContext({viewport:{width:w,height:h}})).newPage();
pg.setDefaultTimeout(6000);
pg.on("console",m=>{ if(m.type()=="error") console.log("CONSOLE",m.text()); }); pg.on("pageerror",e=>console.log("PAGEERROR",e.message));
const shot = async (name)=>{ await pg.waitForTimeout(400); await pg.screenshot({path:`/tmp/shots/${theme}-${size}-${name}.png`}); };
await pg.goto(r.ui+"/#token="+r.token);
await pg.waitForTimeout(900);
const step = async (name, f)=>{ try { await f(); } catch(e){ console.log("STEP",name,String(e).split("\n").slice(0,4).join(" | ")); await pg.keyboard.press("Escape"); await pg.keyboard.press("Escape"); } };
await step("list", async()=>{ await shot("a-list"); });
await step("sig", async()=>{ await pg.getByRole("option",{name:/stripe/}).first().click(); await pg.getByRole("tab",{name:/^Signature/}).click(); await shot("b-signature"); });
await step("deliv", async()=>{ await pg.getByRole("tab",{name:/^Deliveries/}).click(); await shot("c-deliveries"); });
await step("target", async()=>{ await pg.getByRole("button",{name:/orders app/}).first().click(); await pg.waitForTimeout(300); await shot("d-target"); for (const t of ["Delivery","Connection","Transform"]) { await pg.getByRole("dialog").getByRole("tab",{name:new RegExp("^"+t)}).click(); await pg.waitForTimeout(600); await shot("d-target-"+t.toLowerCase()); } await pg.keyboard.press("Escape"); });
await step("endpoint", async()=>{ await pg.getByRole("button",{name:/Edit.*Stripe|Stripe.*settings/}).first().click(); await shot("e-endpoint"); for (const t of ["Forwarding","Reply","Rules","Handshakes","Signature"]) { await pg.getByRole("dialog").getByRole("tab",{name:new RegExp("^"+t)}).click(); await shot("e-endpoint-"+t.toLowerCase()); } await pg.keyboard.press("Escape"); });
await step("many", async()=>{ const rows = pg.getByRole("option"); await rows.nth(1).click(); await rows.nth(4).click({modifiers:["Shift"]}); await shot("f-picked"); await pg.getByRole("button",{name:"Send to…"}).click(); await pg.waitForTimeout(300); await shot("g-sendmany"); await pg.getByRole("dialog").getByRole("textbox").first().fill(appUrl).catch(()=>{}); await shot("g2"); await pg.keyboard.press("Enter"); await pg.waitForTimeout(2500); await shot("h-run"); await pg.keyboard.press("Escape"); });
await step("samples", async()=>{ await pg.keyboard.press("Escape"); await pg.getByRole("button",{name:"Send a sample"}).first().click(); await pg.waitForTimeout(600); await shot("i-samples"); await pg.keyboard.press("Escape"); });
await step("dead", async()=>{ await pg.getByRole("button",{name:/Dead letters/}).first().click(); await pg.waitForTimeout(400); await shot("j-dead"); });
await br.close(); app.close();
